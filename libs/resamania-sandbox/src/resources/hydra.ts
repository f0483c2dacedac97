import type { Answer } from '../exchange/answer.js';
import type { Collection } from '../chains/collection.js';
import type { Item } from '../chains/chain-data.js';

/** Items on one page of a collection. */
export const PAGE_SIZE = 30;

/** An answer in API Platform's format. */
export function hydraAnswer(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/ld+json; charset=utf-8' },
    body: JSON.stringify(value),
  };
}

/** An error in API Platform's format, with further members such as `violations`. */
export function hydraError(
  status: number,
  description: string,
  members: Record<string, unknown> = {},
): Answer {
  return hydraAnswer(status, {
    '@context': '/contexts/Error',
    '@type': 'hydra:Error',
    'hydra:title': 'An error occurred',
    'hydra:description': description,
    ...members,
  });
}

/** One item as the API shows it. */
export function hydraItem(collection: Collection, item: Item): Record<string, unknown> {
  return { '@context': context(collection), ...bareItem(collection, item) };
}

/** One page of a collection, `page` counted from 1, with the IRIs of its neighbours. */
export function hydraPage(collection: Collection, page: number): Record<string, unknown> {
  const lastPage = Math.max(1, Math.ceil(collection.size / PAGE_SIZE));
  const iri = (nth: number): string => `${collection.base}?page=${nth}`;
  const members = collection
    .slice((page - 1) * PAGE_SIZE, PAGE_SIZE)
    .map((item) => bareItem(collection, item));
  return {
    '@context': context(collection),
    '@id': collection.base,
    '@type': 'hydra:Collection',
    'hydra:member': members,
    'hydra:totalItems': collection.size,
    'hydra:view': {
      '@id': iri(page),
      '@type': 'hydra:PartialCollectionView',
      'hydra:first': iri(1),
      'hydra:last': iri(lastPage),
      ...(page > 1 ? { 'hydra:previous': iri(page - 1) } : {}),
      ...(page < lastPage ? { 'hydra:next': iri(page + 1) } : {}),
    },
  };
}

function bareItem(collection: Collection, item: Item): Record<string, unknown> {
  return { '@id': collection.iri(item), '@type': collection.type, ...item };
}

function context(collection: Collection): string {
  const [, clientToken] = collection.base.split('/');
  return `/${clientToken}/contexts/${collection.type}`;
}
