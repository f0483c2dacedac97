import { AsyncLocalStorage } from 'node:async_hooks';

import type { HttpService } from '@nestjs/axios';
import type { AxiosRequestConfig } from 'axios';
import { firstValueFrom } from 'rxjs';

import { ResamaniaRequestError } from '../errors.js';
import { jsonObject, nonEmptyString } from '../gateway/json.js';

/** What every resource of the API has. */
export interface HydraResource {
  /** IRI, such as `/demoapi/clubs/1210`. Give it to an HTTP service of the tenant as it is. */
  readonly '@id': string;
}

/** One page of a collection, as the API returns it. */
export interface HydraCollection<T> {
  /** IRI of the collection. */
  readonly '@id'?: string;
  /** The members on this page, 30 as a rule. */
  readonly 'hydra:member': readonly T[];
  /** How many members all pages have together. */
  readonly 'hydra:totalItems'?: number;
  /** Where this page stands; absent where there is only one. */
  readonly 'hydra:view'?: {
    /** IRI of this page. */
    readonly '@id'?: string;
    /** IRI of the next page; absent on the last one. */
    readonly 'hydra:next'?: string;
  };
}

/** What is used of an `HttpService`. */
export type HydraClient = Pick<HttpService, 'get'>;

/**
 * The pages of a collection, one request each, made when the page is asked for. All are made in the
 * `ResamaniaTenantContext` of this call.
 * @param http - An HTTP service of the tenant: it completes the IRIs of the next pages, which lack the base URL.
 * @param url - Of the first page, as the service takes it: `clubs`.
 * @param config - For each request; `params` for the first alone, as the links to the others hold them.
 * @throws ResamaniaRequestError `broken_answer` when a page is no collection, or its next link leads back or to another
 * tenant; and what the service throws
 */
export function paginate<T>(
  http: HydraClient,
  url: string,
  config: AxiosRequestConfig = {},
): AsyncGenerator<HydraCollection<T>, void, undefined> {
  const inContext = AsyncLocalStorage.snapshot();
  const get = (at: string, settings: AxiosRequestConfig) =>
    inContext(() => firstValueFrom(http.get<unknown>(at, settings)));
  return pages(get, url, config);
}

/**
 * All members of a collection, from all of its pages.
 * @param http - An HTTP service of the tenant.
 * @param url - Of the first page, as the service takes it: `clubs`.
 * @param config - For each request; `params` for the first alone, as the links to the others hold them.
 * @throws as `paginate()`
 */
export async function list<T>(http: HydraClient, url: string, config?: AxiosRequestConfig): Promise<T[]> {
  const members: T[] = [];
  for await (const page of paginate<T>(http, url, config)) members.push(...page['hydra:member']);
  return members;
}

async function* pages<T>(
  get: (url: string, config: AxiosRequestConfig) => Promise<{ readonly data: unknown }>,
  first: string,
  { params, ...others }: AxiosRequestConfig,
): AsyncGenerator<HydraCollection<T>, void, undefined> {
  const seen = new Set<string>();
  let url: string | undefined = first;
  while (url !== undefined) {
    const { data }: { readonly data: unknown } = await get(
      url,
      url === first ? { ...others, params } : others,
    );
    if (!isCollection<T>(data)) throw broken('is no collection');
    yield data;
    const view = jsonObject(data['hydra:view']);
    const own = nonEmptyString(view?.['@id']);
    const collection = nonEmptyString(data['@id']) ?? own ?? first;
    seen.add(url).add(own ?? url);
    const next = view?.['hydra:next'] ?? undefined;
    if (next === undefined) return;
    url = nonEmptyString(next);
    if (url === undefined) throw broken('has a next link that is no IRI');
    if (seen.has(url)) throw broken('links to a page before it as the next one');
    if (!isOfSameTenant(url, collection)) throw broken('links to another tenant');
  }
}

function isCollection<T>(data: unknown): data is HydraCollection<T> {
  return (
    typeof data === 'object' && data !== null && 'hydra:member' in data && Array.isArray(data['hydra:member'])
  );
}

/** Whether a link leads to the `client_token` that the collection's own IRI begins with, where that has one. */
function isOfSameTenant(link: string, collection: string): boolean {
  const [before, clientToken] = collection.split('/');
  if (before !== '' || clientToken === undefined) return true;
  const segments = link.replace(/[?#].*/s, '').split('/');
  // The base URL of an absolute link may have a path.
  return segments[0] === '' && segments[1] !== ''
    ? segments[1] === clientToken
    : segments.includes(clientToken);
}

function broken(what: string): ResamaniaRequestError {
  return new ResamaniaRequestError(`A page of the collection ${what}. No further page is asked for.`, {
    code: 'broken_answer',
    remedy: 'Check the URL; if it is a collection, tell the vendor.',
  });
}
