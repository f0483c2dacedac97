import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { ConfigModule } from '@nestjs/config';

export const DEFAULT_ENV_FILE = '.env';

/** The file of variables cannot be read. */
export class EnvironmentFileError extends Error {}

/**
 * Adds the variables of a file to those of the process, which win, the way an application does it: by Nest's own
 * `ConfigModule`, since parsers of such files differ.
 * @param path - `undefined` for `.env`, which need not be there.
 * @throws EnvironmentFileError
 */
export async function loadEnvironmentFile(path: string | undefined): Promise<void> {
  const file = resolve(path ?? DEFAULT_ENV_FILE);
  try {
    readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (path === undefined && code === 'ENOENT') return;
    throw new EnvironmentFileError(`${path ?? DEFAULT_ENV_FILE} cannot be read (${code})`);
  }
  await ConfigModule.forRoot({ envFilePath: file });
}
