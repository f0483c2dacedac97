import 'reflect-metadata';

import { existsSync } from 'node:fs';

import { type INestApplication, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ResamaniaTenantRegistry } from 'nestjs-resamania-auth';

import { AppModule } from './app.module.js';

const DEFAULT_PORT = 3000;
const logger = new Logger('Sample');

// Before anything else: whether RESAMANIA_* is set decides which modules there are.
if (existsSync('.env')) process.loadEnvFile();

const app = await NestFactory.create(AppModule.forEnvironment(process.env), {
  // Ends at once on Ctrl-C, whatever browser still holds a connection.
  forceCloseConnections: true,
});
app.enableShutdownHooks();
try {
  await app.listen(process.env['PORT'] ?? DEFAULT_PORT);
  await sayWhere(app);
} catch (error) {
  // A port in use is in the log already, in one line: Nest has seen to it.
  if ((error as NodeJS.ErrnoException).syscall !== 'listen') logger.fatal(error);
  process.exitCode = 1;
  await app.close();
}

async function sayWhere(running: INestApplication): Promise<void> {
  const url = (await running.getUrl()).replace('[::1]', 'localhost');
  const tenant = running.get(ResamaniaTenantRegistry).list()[0]?.name ?? ':tenant';
  logger.log(`Listening on ${url}. Try:`);
  for (const route of ['/chains', `/chains/${tenant}/clubs`, `/chains/${tenant}/classes`, '/tokens']) {
    logger.log(`  curl ${url}${route}`);
  }
}
