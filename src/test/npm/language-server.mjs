// A language server on the other end of a pipe, spoken to as an editor does (LSP, base protocol).
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const LIMIT_MS = 20_000;

export class LanguageServer {
  #process;
  #received = Buffer.alloc(0);
  #answers = new Map();
  #diagnostics = new Map();
  #waiting = [];
  #lastId = 0;

  constructor(program, folder) {
    this.#process = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdout.on('data', (bytes) => this.#receive(bytes));
    this.root = pathToFileURL(folder).href;
  }

  async start() {
    await this.request('initialize', {
      processId: process.pid,
      rootUri: this.root,
      workspaceFolders: [{ uri: this.root, name: 'test' }],
      capabilities: {
        textDocument: {
          completion: { completionItem: { documentationFormat: ['markdown'] } },
          hover: { contentFormat: ['markdown'] },
        },
        workspace: { configuration: true, workspaceFolders: true },
      },
    });
    this.notify('initialized', {});
  }

  /** Opens a document and returns the problems that the server finds in it. */
  async open(path, text) {
    const uri = pathToFileURL(path).href;
    this.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    await this.#until(`problems of ${path}`, () => this.#diagnostics.has(uri));
    return this.#diagnostics.get(uri);
  }

  async labels(path, position) {
    const found = await this.#at('textDocument/completion', path, position);
    return (Array.isArray(found) ? found : found.items).map((item) => item.label);
  }

  async hover(path, position) {
    const found = await this.#at('textDocument/hover', path, position);
    return found?.contents?.value ?? '';
  }

  async stop() {
    await this.request('shutdown', null);
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.notify('exit', null);
    await ended;
  }

  #at(method, path, position) {
    return this.request(method, { textDocument: { uri: pathToFileURL(path).href }, position });
  }

  async request(method, params) {
    const id = ++this.#lastId;
    this.#send({ id, method, params });
    await this.#until(method, () => this.#answers.has(id));
    const { result, error } = this.#answers.get(id);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  #send(message) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #receive(bytes) {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) break;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('ascii', 0, end))[1]);
      if (this.#received.length < end + 4 + length) break;
      const body = this.#received.toString('utf8', end + 4, end + 4 + length);
      this.#received = this.#received.subarray(end + 4 + length);
      this.#take(JSON.parse(body));
    }
    const ready = this.#waiting.filter(({ condition }) => condition());
    this.#waiting = this.#waiting.filter((it) => !ready.includes(it));
    ready.forEach(({ resolve }) => resolve());
  }

  #take(message) {
    if (message.method === 'textDocument/publishDiagnostics') {
      this.#diagnostics.set(message.params.uri, message.params.diagnostics);
    } else if (message.method && message.id !== undefined) {
      const settings = { validate: true, hover: true, completion: true, schemaStore: { enable: false } };
      const asked = message.method === 'workspace/configuration' ? message.params.items : [];
      const result = asked.map(({ section }) => (section === 'yaml' ? settings : null));
      this.#send({ id: message.id, result: asked.length ? result : null });
    } else if (message.id !== undefined) {
      this.#answers.set(message.id, message);
    }
  }

  #until(what, condition) {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`no answer within ${LIMIT_MS} ms: ${what}`)), LIMIT_MS);
      const done = () => {
        clearTimeout(limit);
        resolve();
      };
      this.#waiting.push({ condition, resolve: done });
    });
  }
}
