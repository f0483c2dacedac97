import { type Connection, connectionVariables } from '../connection/connection-variables.js';

/** How to connect, as lines for an `.env` file. */
export function connectionLines(connection: Connection): string[] {
  return Object.entries(connectionVariables(connection)).map(([name, value]) => `${name}=${value}`);
}
