import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { SandboxRequest, SandboxResponse } from '../exchange/exchange.js';
import { FORM_TYPE } from '../oauth/token-fields.js';
import type { ResolvedSandboxOptions } from '../sandbox-options.js';
import type { SandboxParts } from './sandbox-parts.js';
import { SandboxModule } from './sandbox.module.js';
import { StartupLog } from './startup-log.js';

type Next = (error?: unknown) => void;

/** Bodies are read as text; whoever needs one knows its type. Other types stay unread, as if they were not there. */
const BODY_TYPES = [FORM_TYPE, 'application/json', 'application/ld+json', 'application/merge-patch+json'];
const BODY_LIMIT = '1mb';
/** Longer than any client of a test keeps an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Makes the Nest application for these parts and lets it listen.
 * @throws the error of `listen`, such as `EADDRINUSE`
 */
export async function listen(
  parts: SandboxParts,
  options: ResolvedSandboxOptions,
): Promise<NestExpressApplication> {
  const startupLog = StartupLog.begin(options.logger);
  try {
    const app = await NestFactory.create<NestExpressApplication>(
      SandboxModule.register([parts.chains, parts.journal, parts.tokenEndpoint, parts.access], options),
      { abortOnError: false, bodyParser: false, forceCloseConnections: true },
    );
    prepare(app, parts);
    try {
      return await app.listen(options.port, options.host).then(() => app);
    } catch (error) {
      await app.close();
      throw error;
    }
  } finally {
    startupLog.end();
  }
}

/** The way of a request: journal, body, gateway, routes. */
function prepare(app: NestExpressApplication, { gateway }: SandboxParts): void {
  app.disable('x-powered-by');
  app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
  app.use((request: SandboxRequest, response: SandboxResponse, next: Next) => {
    response.locals.exchange = gateway.open(request, response);
    next();
  });
  app.useBodyParser('text', { type: BODY_TYPES, limit: BODY_LIMIT });
  app.use(async (_request: SandboxRequest, response: SandboxResponse, next: Next) => {
    if (await gateway.admit(response.locals.exchange)) next();
  });
}
