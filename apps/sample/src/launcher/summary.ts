/** What runs, as far as people need to know. */
export interface Running {
  readonly replicas: readonly { name: string; url: string; process: { pid: number | undefined } }[];
  /** The launcher's own, or none where it was there before. */
  readonly redis: { readonly port: number } | undefined;
  /** Lifetime of the tokens, in seconds. */
  readonly tokensLive: number;
}

/** Where to look, and what to try, in lines. No address of a Redis is in it that may hold a password. */
export function summary({ replicas, redis, tokensLive }: Running): string[] {
  const client = redis === undefined ? 'redis-cli -u "$REDIS_URL"' : `redis-cli -p ${redis.port}`;
  // Longer than a token lives: a replica notices when it needs the store.
  const pauseSeconds = Math.ceil(tokensLive * 1.5);
  const tries = [
    [
      `kill -9 ${replicas[0]?.process.pid}`,
      'Replica 1 crashes. Another one renews the tokens that it has renewed so far.',
    ],
    [
      `${client} CLIENT PAUSE ${pauseSeconds * 1000} ALL`,
      `Redis hangs for ${pauseSeconds} s. Each replica gets its own tokens meanwhile.`,
    ],
  ] as const;
  const width = Math.max(...tries.map(([command]) => command.length));
  return [
    '',
    `${replicas.length} replicas share their tokens, which live for ${tokensLive} s. Open one of them in a browser:`,
    ...replicas.map(({ name, url, process: { pid } }) => `  ${url}   replica ${name}, pid ${pid}`),
    'Its table "Replicas" shows who renewed a token and who adopted it. To see them cope, try:',
    ...tries.map(([command, effect]) => `  ${command.padEnd(width)}   ${effect}`),
    'Ctrl-C ends everything.',
    '',
  ];
}
