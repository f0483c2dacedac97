import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { NestExpressApplication } from '@nestjs/platform-express';

const PUBLIC_FOLDER = fileURLToPath(new URL('../../public', import.meta.url));
const CHART_FOLDER = dirname(fileURLToPath(import.meta.resolve('uplot/dist/uPlot.min.css')));
const CHART_FILES = new Set(['/uPlot.iife.min.js', '/uPlot.min.css']);

/** The page needs its own files and nothing from anywhere else; the API docs bring styles of their own. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type Next = () => void;

/** Serves the page at `/` and the chart library below `/vendor`, with headers that keep strangers out. */
export function servePage(app: NestExpressApplication): void {
  app.disable('x-powered-by');
  app.use(addSecurityHeaders);
  // Asked again every time, and answered with 304 while nothing has changed.
  app.useStaticAssets(PUBLIC_FOLDER, { setHeaders: setRevalidation });
  app.use('/vendor/uplot', onlyChartFiles);
  app.useStaticAssets(CHART_FOLDER, { prefix: '/vendor/uplot/', maxAge: '1 day', index: false });
}

function addSecurityHeaders(request: IncomingMessage, response: ServerResponse, next: Next): void {
  const isDocs = /^\/docs(?:[/?]|$)/.test(request.url ?? '');
  response.setHeader('Content-Security-Policy', isDocs ? DOCS_POLICY : PAGE_POLICY);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  next();
}

function setRevalidation(response: ServerResponse): void {
  response.setHeader('Cache-Control', 'no-cache');
}

/** The two files that the page loads, not the other builds that lie beside them. */
function onlyChartFiles(request: IncomingMessage, response: ServerResponse, next: Next): void {
  const path = (request.url ?? '').replace(/\?.*/, '');
  if (CHART_FILES.has(path)) return next();
  response.writeHead(404).end();
}
