import 'reflect-metadata';

import { existsSync } from 'node:fs';

import { type DynamicModule, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { hasResamaniaEnvironment, ResamaniaTenantRegistry } from 'nestjs-resamania-auth';

import { AppModule } from './app.module.js';
import { serveDocs } from './page/serve-docs.js';
import { servePage } from './page/serve-page.js';
import { EmbeddedSandbox } from './sandbox/embedded-sandbox.js';
import { SandboxDemoModule } from './sandbox/sandbox-demo.module.js';

const DEFAULT_PORT = 3000;
const DEFAULT_TOKENS_LIVE = 20;
const logger = new Logger('Sample');

// Before anything else: whether RESAMANIA_* is set decides whether a sandbox is needed.
if (existsSync('.env')) process.loadEnvFile();
const root = hasResamaniaEnvironment(process.env) ? AppModule : await withSandbox();

const app = await NestFactory.create<NestExpressApplication>(root, {
  // Ends at once on Ctrl-C, whatever browser still holds a connection.
  forceCloseConnections: true,
});
app.enableShutdownHooks();
servePage(app);
serveDocs(app);
try {
  await app.listen(process.env['PORT'] ?? DEFAULT_PORT);
  await sayWhere(app);
  // Where another process has started this one: it waits for that, and takes this one with it when it ends.
  process.send?.('ready');
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
} catch (error) {
  // A port in use is in the log already, in one line: Nest has seen to it.
  if ((error as NodeJS.ErrnoException).syscall !== 'listen') logger.fatal(error);
  process.exitCode = 1;
  await app.close();
}

/** The same application: the variables of its environment lead to a sandbox, which the page can break. */
async function withSandbox(): Promise<DynamicModule> {
  const sandbox = await EmbeddedSandbox.start(
    Number(process.env['SANDBOX_TOKENS_LIVE'] ?? DEFAULT_TOKENS_LIVE),
  );
  Object.assign(process.env, sandbox.running.env());
  return SandboxDemoModule.around(AppModule, sandbox);
}

async function sayWhere(running: NestExpressApplication): Promise<void> {
  const url = (await running.getUrl()).replace('[::1]', 'localhost');
  const tenant = running.get(ResamaniaTenantRegistry).list()[0]?.name ?? ':tenant';
  logger.log(`Listening on ${url}. Open it in a browser to watch the tokens, ${url}/docs for the API. Or:`);
  for (const route of ['/chains', `/chains/${tenant}/clubs`, `/chains/${tenant}/classes`, '/tokens']) {
    logger.log(`  curl ${url}${route}`);
  }
}
