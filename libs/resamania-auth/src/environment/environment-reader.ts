import type { FieldVariable } from '../options/option-table.js';
import type { Secret } from '../options/tenant-options.js';
import { fileVariable, trimmedValue, type VariableProblem } from './environment-variables.js';

/** Reads a text file, such as a mounted secret. */
export type ReadFile = (path: string) => string;

/** Reads variables, and keeps a list of what is wrong with them. */
export class EnvironmentReader {
  readonly problems: VariableProblem[] = [];
  readonly #env: NodeJS.ProcessEnv;
  readonly #readFile: ReadFile;
  readonly #texts = new Map<string, string | undefined>();

  constructor(env: NodeJS.ProcessEnv, readFile: ReadFile) {
    this.#env = env;
    this.#readFile = readFile;
  }

  /** Whether something is wrong with the variable or its `_FILE` twin. */
  hasProblem(variable: string): boolean {
    return this.problems.some((problem) => [variable, fileVariable(variable)].includes(problem.variable));
  }

  /** Whether the variable or its `_FILE` twin is set. */
  isSet(variable: string): boolean {
    return this.#trimmed(variable) !== undefined || this.#path(variable) !== undefined;
  }

  /**
   * A value that is no secret, without white space around it; or such a value in the file of the `_FILE` twin. A variable
   * that applies to several tenants is read once.
   */
  text(variable: string): string | undefined {
    if (!this.#texts.has(variable))
      this.#texts.set(variable, this.#given(variable, this.#trimmed(variable))?.trim());
    return this.#texts.get(variable);
  }

  /** The value as it is, or a function that reads the file anew each time, so that a replaced file takes effect. */
  secret(variable: string, flawOf: NonNullable<FieldVariable['secretFlaw']>): Secret | undefined {
    const now = this.#given(variable, this.#env[variable] || undefined);
    if (now === undefined) return undefined;
    const flaw = flawOf(now);
    const path = this.#path(variable);
    const source = path === undefined ? variable : fileVariable(variable);
    if (flaw !== undefined) this.#problem(source, `expected the bare secret, found ${flaw}`);
    return path === undefined ? now : () => withoutLineBreak(this.#readFile(path));
  }

  /** `true`, `false`, `1` or `0`. */
  flag(variable: string): boolean | undefined {
    const value = this.#trimmed(variable)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value === 'true' || value === '1') return true;
    if (value !== 'false' && value !== '0') this.#problem(variable, 'expected true or false');
    return false;
  }

  /** The variable's value, or the content of the file that its `_FILE` twin names. */
  #given(variable: string, value: string | undefined): string | undefined {
    const path = this.#path(variable);
    if (path === undefined) return value;
    if (value === undefined) return this.#content(variable, path);
    return this.#problem(variable, `expected either this or ${fileVariable(variable)}, found both`);
  }

  #trimmed(variable: string): string | undefined {
    return trimmedValue(this.#env, variable);
  }

  #path(variable: string): string | undefined {
    return this.#trimmed(fileVariable(variable));
  }

  #problem(variable: string, text: string): undefined {
    this.problems.push({ variable, text });
  }

  #content(variable: string, path: string): string | undefined {
    try {
      return withoutLineBreak(this.#readFile(path));
    } catch (error) {
      const what = `${printablePath(path)} cannot be read${codeOf(error)}`;
      return this.#problem(fileVariable(variable), `expected the path of a file, ${what}`);
    }
  }
}

/** Editors and `echo` end a file with one line break; more than one is part of what is wrong with it. */
function withoutLineBreak(content: string): string {
  return content.replace(/\r?\n$/, '');
}

/** The path, unless it could be the secret itself: that has no two segments, or characters that paths seldom have. */
function printablePath(path: string): string {
  return /^(?:\.{0,2}|[A-Za-z]:)(?:[\\/][\w .-]{1,39}){2,}$/.test(path)
    ? path
    : 'the file named there (not printed)';
}

/** Only the code: the message holds the path. */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^E[A-Z]{2,20}$/.test(code) ? ` (${code})` : '';
}
