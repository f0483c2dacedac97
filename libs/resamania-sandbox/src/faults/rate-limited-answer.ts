import { gatewayAnswer, type Answer } from '../exchange/answer.js';
import type { LimiterKind, RateLimitedOptions } from './fault.js';

/** How long each limiter's window is by default, in milliseconds. */
const WINDOW_MS: Record<LimiterKind, number> = { quota: 86_400_000, rate: 60_000, spike: 1_000 };

/** The gateway's 429 as a client sees it, with the headers that the options ask for. */
export function rateLimitedAnswer(options: RateLimitedOptions, accept: string, now: number): Answer {
  const answer = gatewayAnswer(429, `Too many requests (${options.kind})`, accept);
  const headers: Record<string, string> = { ...answer.headers, ...limitHeaders(options, now) };
  if (options.retryAfter !== undefined) headers['Retry-After'] = String(options.retryAfter);
  if (options.date !== undefined) headers['Date'] = options.date;
  return { ...answer, headers };
}

/** Headers of all three limiters; nothing remains of the one that fired. */
function limitHeaders(options: RateLimitedOptions, now: number): Record<string, string> {
  const style = options.headers ?? 'all';
  if (style === 'none') return {};
  const left = (kind: LimiterKind, normal: number): string => (options.kind === kind ? '0' : String(normal));
  const limits: Record<string, string> = {
    'X-Quota-Limit': '10000',
    'X-Quota-Remaining': left('quota', 4321),
    'X-Rate-Limit-Limit': '300',
    'X-Rate-Limit-Remaining': left('rate', 123),
    'X-Spike-Arrest-Limit': '10',
    'X-Spike-Arrest-Slice-Period': '1000ms',
  };
  if (style === 'without-reset') return limits;
  const reset = (kind: LimiterKind): string => {
    if (style === 'minus-one') return '-1';
    const at = (options.kind === kind ? options.resetAt : undefined) ?? now + WINDOW_MS[kind];
    return String(style === 'seconds' ? Math.ceil(at / 1000) : at);
  };
  return {
    ...limits,
    'X-Quota-Reset': reset('quota'),
    'X-Rate-Limit-Reset': reset('rate'),
    'X-Spike-Arrest-Reset': reset('spike'),
  };
}
