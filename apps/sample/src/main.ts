import 'reflect-metadata';

import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

import { AppModule } from './app.module.js';

const DEFAULT_PORT = 3000;

const app = await NestFactory.create(AppModule.forEnvironment(process.env), {
  // Ends at once on Ctrl-C, whatever browser still holds a connection.
  forceCloseConnections: true,
});
app.enableShutdownHooks();
await app.listen(process.env['PORT'] ?? DEFAULT_PORT);

const url = (await app.getUrl()).replace('[::1]', 'localhost');
const logger = new Logger('Sample');
logger.log(`Listening on ${url}. Try:`);
for (const route of ['/chains', '/chains/:tenant/clubs', '/chains/:tenant/classes', '/tokens']) {
  logger.log(`  curl ${url}${route.replace(':tenant', 'demoapi')}`);
}
