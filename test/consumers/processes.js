// Child processes: each with a group of its own, a time limit, and an end.
import { spawn } from 'node:child_process';

const KEPT_CHARACTERS = 20_000;
const GRACE_MS = 3_000;

/** What still runs. */
const running = new Set();

/** The environment, less what is meant for this process or names an API. */
export function cleanEnv(more = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(RESAMANIA_|NODE_|JEST_|npm_)/.test(name));
  return { ...Object.fromEntries(kept), ...more };
}

/** Starts a process. What it prints is kept, the last part of it, in `stdout` and `output`. */
export function start(command, args, { cwd, env }) {
  const child = spawn(command, args, {
    cwd,
    env: cleanEnv(env),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const started = { child, stdout: '', output: '', code: undefined, ended: undefined };
  child.stdout.on('data', (chunk) => {
    started.stdout = last(started.stdout + chunk);
    started.output = last(started.output + chunk);
  });
  child.stderr.on('data', (chunk) => (started.output = last(started.output + chunk)));
  started.ended = endOf(started);
  running.add(started);
  return started;
}

/** Runs a command to its end, or to the end of its time. Gives what it printed. */
export async function run(command, args, { cwd, env, timeoutMs }) {
  const started = start(command, args, { cwd, env });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void stop(started);
  }, timeoutMs);
  await started.ended;
  clearTimeout(timer);
  if (isLate) throw new StepError(`still running after ${timeoutMs / 1000} s`, started.output);
  if (started.code !== 0) throw new StepError(`ended with ${started.code}`, started.output);
  return started;
}

/** Ends a process and what it started. */
export async function stop(started) {
  signal(started, 'SIGTERM');
  const timer = setTimeout(() => signal(started, 'SIGKILL'), GRACE_MS);
  await started.ended;
  clearTimeout(timer);
}

export async function stopAll() {
  await Promise.all([...running].map(stop));
}

/** Asks until there is an answer. Ends early when the process does. */
export async function waitFor(what, started, timeoutMs, ask) {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (started.code !== undefined)
      throw new StepError(`${what}: the process ended with ${started.code}`, started.output);
    if (performance.now() > end)
      throw new StepError(`${what}: not within ${timeoutMs / 1000} s`, started.output);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A step that failed, with what it printed. */
export class StepError extends Error {
  constructor(message, output = '') {
    super(message);
    this.output = output;
  }
}

async function endOf(started) {
  started.code = await new Promise((resolve) => {
    started.child.once('close', (code, endedBy) => resolve(code ?? endedBy));
    // There is no such command.
    started.child.once('error', (error) => {
      started.output += error.message;
      resolve('an error');
    });
  });
  running.delete(started);
}

function signal({ child, code }, name) {
  if (code !== undefined || child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // It ended in between.
  }
}

function last(text) {
  return text.slice(-KEPT_CHARACTERS);
}
