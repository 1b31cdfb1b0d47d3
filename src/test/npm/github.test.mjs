// The example action and workflow, read as GitHub reads them: node --test github.test.mjs, with
// FOLDER (of the action) in the environment.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';

// GitHub's package is made for bundlers: it imports JSON without saying so.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { validate } = await import('@actions/languageservice');

const { FOLDER } = process.env;
const read = (file) => readFileSync(join(FOLDER, file), 'utf8');
const action = read('action.yml');
const workflow = read('workflow.yml');
const inputs = parse(action).inputs;

async function problems(uri, text) {
  const document = TextDocument.create(uri, 'yaml', 1, text);
  const found = await validate(document);
  return found.map((it) => `${it.range.start.line + 1}: ${it.message}`);
}

test('GitHub finds nothing wrong with the action', async () => {
  assert.deepEqual(await problems('file:///action.yml', action), []);
});

test('GitHub finds nothing wrong with the workflow', async () => {
  assert.deepEqual(await problems('file:///.github/workflows/vipops.yml', workflow), []);
});

/** Fails unless GitHub's reader, which remembers a file by its name, minds the change. */
async function minds(uri, text, from, to) {
  assert.ok(text.includes(from));
  assert.notDeepEqual(await problems(uri, text.replace(from, to)), [], `${from} as ${to}`);
}

test('GitHub would find a misspelled key and a broken expression', async () => {
  await minds('file:///a/action.yml', action, 'shell: sh', 'shel: sh');
  await minds('file:///b/action.yml', action, 'github.action_path }}', 'github.action_path');
  await minds('file:///.github/workflows/a.yml', workflow, 'runs-on', 'run-on');
});

test('every input is handed to the script and read by it, and the script reads no other', () => {
  const { env } = parse(action).runs.steps[0];
  const script = read('check.sh');
  const handed = Object.entries(env).filter(([name]) => name.startsWith('INPUT_'));
  assert.deepEqual(
    handed.map(([, value]) => value),
    Object.keys(inputs).map((name) => `\${{ inputs.${name} }}`),
  );
  const readByScript = new Set(script.match(/INPUT_[A-Z0-9]+/g));
  assert.deepEqual([...readByScript].sort(), handed.map(([name]) => name).sort());
});

test('no expression stands in a script, where its value could be run', () => {
  assert.doesNotMatch(parse(action).runs.steps[0].run, /\$\{\{/);
});

test('the workflow gives no input that the action lacks', () => {
  const given = parse(workflow).jobs.spec.steps.at(-1).with;
  for (const name of Object.keys(given)) assert.ok(name in inputs, name);
});
