import type { Item } from '../chains/chain-data.js';
import type { Chain, CollectionName } from '../chains/chain.js';
import type { Collection } from '../chains/collection.js';
import type { Answer } from '../exchange/answer.js';
import { ApiProblem, endpointForbidden, itemNotFound } from './api-problem.js';
import { hydraAnswer, hydraError, hydraItem, hydraPage } from './hydra.js';

type Members = Record<string, unknown>;

/** One page of a collection; `page` as the query has it, the first by default. */
export function listItems(chain: Chain, name: string, page = '1'): Answer {
  const collection = collectionOf(chain, name);
  if (!/^[1-9]\d{0,8}$/.test(page)) {
    throw new ApiProblem(hydraError(400, 'The page is a number from 1 on'));
  }
  return hydraAnswer(200, hydraPage(collection, Number(page)));
}

/** One item. */
export function showItem(chain: Chain, name: string, id: string): Answer {
  const collection = collectionOf(chain, name);
  return hydraAnswer(200, hydraItem(collection, itemOf(collection, id)));
}

/** Adds a contact. */
export function createContact(chain: Chain, body: unknown): Answer {
  const { contacts } = chain.collections;
  return hydraAnswer(201, hydraItem(contacts, contacts.add(membersOf(body))));
}

/** Replaces a contact, or with `keep` only the members given. */
export function changeContact(chain: Chain, id: string, body: unknown, keep: boolean): Answer {
  const { contacts } = chain.collections;
  const item = itemOf(contacts, id);
  const members = membersOf(body);
  const changed = contacts.replace(item.id, keep ? { ...item, ...members } : members);
  return hydraAnswer(200, hydraItem(contacts, changed));
}

/** Removes a contact. */
export function deleteContact(chain: Chain, id: string): Answer {
  const { contacts } = chain.collections;
  contacts.remove(itemOf(contacts, id).id);
  return { status: 204, headers: {}, body: '' };
}

function collectionOf(chain: Chain, name: string): Collection {
  if (!Object.hasOwn(chain.collections, name)) throw endpointForbidden();
  return chain.collections[name as CollectionName];
}

function itemOf(collection: Collection, id: string): Item {
  const item = collection.get(id);
  if (!item) throw itemNotFound();
  return item;
}

/** The body's members but for those that the server sets; an e-mail, if given, must look like one. */
function membersOf(body: unknown): Members {
  const own = Object.entries(parseObject(body)).filter(([name]) => !name.startsWith('@') && name !== 'id');
  const members: Members = Object.fromEntries(own);
  const email = members['email'];
  if (email === undefined || (typeof email === 'string' && email.includes('@'))) return members;
  const message = 'This is not an e-mail address.';
  const violations = [{ propertyPath: 'email', message }];
  throw new ApiProblem(hydraError(422, `email: ${message}`, { violations }));
}

function parseObject(body: unknown): object {
  let value: unknown;
  try {
    value = JSON.parse(String(body));
  } catch {
    // Answered below, like any other body that is no object.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new ApiProblem(hydraError(400, 'A JSON object is expected'));
}
