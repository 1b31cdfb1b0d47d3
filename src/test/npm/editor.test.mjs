// What an editor offers in a cluster spec: node --test editor.test.mjs, with SCHEMA and SPEC (files)
// in the environment.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LanguageServer } from './language-server.mjs';

const { SCHEMA, SPEC } = process.env;
const good = readFileSync(SPEC, 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'vipops-editor-'));
const program = fileURLToPath(new URL('node_modules/yaml-language-server/bin/yaml-language-server', import.meta.url));
const server = new LanguageServer(program, folder);

before(async () => {
  copyFileSync(SCHEMA, join(folder, 'cluster.schema.json'));
  await server.start();
});

after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** The text with the modeline on top and the mark | taken out, and the place of the mark. */
function marked(text) {
  const whole = `# yaml-language-server: $schema=cluster.schema.json\n${text}`;
  const at = whole.indexOf('|');
  const before = whole.slice(0, at < 0 ? 0 : at).split('\n');
  return {
    text: at < 0 ? whole : whole.slice(0, at) + whole.slice(at + 1),
    position: { line: before.length - 1, character: before.at(-1).length },
  };
}

async function opened(name, marks) {
  const path = join(folder, name);
  const { text, position } = marked(marks);
  return { path, position, problems: await server.open(path, text) };
}

test('a good spec has no problem', async () => {
  assert.deepEqual((await opened('good.yaml', good)).problems, []);
});

test('a typing error is a problem at its place', async () => {
  const { problems } = await opened('typo.yaml', good.replace('preempt_delay', 'preempt_dely'));
  const line = good.slice(0, good.indexOf('preempt_delay')).split('\n').length;
  assert.deepEqual(
    problems.map((it) => it.range.start.line),
    [line],
  );
  assert.match(problems[0].message, /preempt_dely/);
});

test('a value of the wrong kind or range is a problem', async () => {
  const spec = good.replace('virtual_router_id: 51', 'virtual_router_id: 256').replace('port: 80}', 'port: http}');
  const { problems } = await opened('values.yaml', spec);
  assert.equal(problems.length, 2, JSON.stringify(problems));
});

test('keys are offered inside a virtual router', async () => {
  const { path, position } = await opened('vrrp.yaml', good.replace('    track: [nginx]', '    track: [nginx]\n    |'));
  const labels = await server.labels(path, position);
  for (const key of ['advert_interval', 'authentication', 'preempt', 'version']) {
    assert.ok(labels.includes(key), `${key} is not among ${labels}`);
  }
  assert.ok(!labels.includes('virtual_router_id'), 'a key that is there already is not offered again');
});

test('the required keys are offered in a new virtual router', async () => {
  const { path, position } = await opened('new.yaml', 'version: 1\ncluster: web\nvrrp:\n  web:\n    |\n');
  const labels = await server.labels(path, position);
  for (const key of ['virtual_router_id', 'priorities', 'virtual_addresses']) {
    assert.ok(labels.includes(key), `${key} is not among ${labels}`);
  }
});

test('the values that a key can have are offered', async () => {
  const { path, position } = await opened('value.yaml', `${good}  - {listeners: [http], upstream: backend}\n`.replace('  http: {port: 80}', '  http:\n    port: 80\n    protocol: |'));
  const labels = await server.labels(path, position);
  assert.ok(labels.includes('https'), `https is not among ${labels}`);
});

test('hovering over a key shows its description', async () => {
  const { path, position } = await opened('hover.yaml', good.replace('preempt_delay', 'pree|mpt_delay'));
  const schema = JSON.parse(readFileSync(SCHEMA, 'utf8'));
  const { description } = schema.$defs.vrrp.properties.preempt_delay;
  assert.ok((await server.hover(path, position)).includes(description.split(/[.:]/)[0]), description);
});
