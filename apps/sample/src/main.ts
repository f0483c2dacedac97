import 'reflect-metadata';

import { existsSync } from 'node:fs';

import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ResamaniaTenantRegistry } from 'nestjs-resamania-auth';

import { AppModule } from './app.module.js';
import { serveDocs } from './page/serve-docs.js';
import { servePage } from './page/serve-page.js';

const DEFAULT_PORT = 3000;
const logger = new Logger('Sample');

// Before anything else: whether RESAMANIA_* is set decides which modules there are.
if (existsSync('.env')) process.loadEnvFile();

const app = await NestFactory.create<NestExpressApplication>(AppModule.forEnvironment(process.env), {
  // Ends at once on Ctrl-C, whatever browser still holds a connection.
  forceCloseConnections: true,
});
app.enableShutdownHooks();
servePage(app);
serveDocs(app);
try {
  await app.listen(process.env['PORT'] ?? DEFAULT_PORT);
  await sayWhere(app);
} catch (error) {
  // A port in use is in the log already, in one line: Nest has seen to it.
  if ((error as NodeJS.ErrnoException).syscall !== 'listen') logger.fatal(error);
  process.exitCode = 1;
  await app.close();
}

async function sayWhere(running: NestExpressApplication): Promise<void> {
  const url = (await running.getUrl()).replace('[::1]', 'localhost');
  const tenant = running.get(ResamaniaTenantRegistry).list()[0]?.name ?? ':tenant';
  logger.log(`Listening on ${url}. Open it in a browser to watch the tokens, ${url}/docs for the API. Or:`);
  for (const route of ['/chains', `/chains/${tenant}/clubs`, `/chains/${tenant}/classes`, '/tokens']) {
    logger.log(`  curl ${url}${route}`);
  }
}
