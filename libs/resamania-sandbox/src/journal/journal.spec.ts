import { describe, expect, it } from '@jest/globals';
import type { JournalDraft, JournalEntry } from './journal-entry.js';
import { Journal } from './journal.js';

function arrive(journal: Journal, members: Partial<JournalDraft> = {}): JournalDraft {
  return journal.begin({ at: 1, surface: 'token', method: 'POST', path: '/x', authHeaders: [], ...members });
}

describe('Journal', () => {
  it('lists a request from its arrival on and completes it at its end', () => {
    const journal = new Journal();
    const entry = arrive(journal, { clientToken: 'demoapi' });
    expect(journal.tokenRequests()).toMatchObject([{ id: 1, outcome: 'pending', authorized: false }]);
    entry.outcome = 'issued';
    journal.end(entry);
    expect(journal.tokenRequests('demoapi')).toMatchObject([{ outcome: 'issued' }]);
    expect(journal.tokenRequests('other')).toEqual([]);
    expect(journal.countTokensIssued('demoapi')).toBe(1);
  });

  it('hands out copies', () => {
    const journal = new Journal();
    const entry = arrive(journal);
    const [before] = journal.tokenRequests();
    entry.status = 200;
    expect(before).not.toHaveProperty('status');
  });

  it('keeps the newest entries and counts all', () => {
    const journal = new Journal(10);
    for (let nth = 0; nth < 25; nth += 1) arrive(journal, { surface: 'api', clientToken: 'demoapi' });
    expect(journal.apiRequests().map((entry) => entry.id)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
    expect(journal.countApiRequests()).toBe(25);
    expect(journal.countApiRequests('demoapi')).toBe(25);
    expect(journal.countTokenRequests()).toBe(0);
  });

  it('knows how many token requests were under way at once', () => {
    const journal = new Journal();
    const entries = [arrive(journal), arrive(journal), arrive(journal, { surface: 'api' })];
    for (const entry of entries) journal.end(entry);
    arrive(journal);
    expect(journal.maxConcurrentTokenRequests).toBe(2);
    journal.clear();
    expect(journal.maxConcurrentTokenRequests).toBe(1);
    expect(journal.countTokenRequests()).toBe(0);
    expect(journal.tokenRequests()).toEqual([]);
  });

  it('tells of arrivals and ends, once each, and completes', () => {
    const journal = new Journal();
    const seen: string[] = [];
    const note = (name: string) => ({
      next: (entry: JournalEntry) => void seen.push(`${name} ${entry.id} ${entry.outcome}`),
      complete: () => void seen.push(`${name} completed`),
    });
    journal.arrivals$.subscribe(note('arrival'));
    journal.entries$.subscribe(note('end'));
    const first = arrive(journal);
    arrive(journal);
    first.outcome = 'ok';
    journal.end(first);
    journal.end(first);
    journal.close();
    expect(seen).toEqual([
      'arrival 1 pending',
      'arrival 2 pending',
      'end 1 ok',
      'end 2 aborted',
      'arrival completed',
      'end completed',
    ]);
  });

  it('moves the count when a request turns out to belong to a chain', () => {
    const journal = new Journal();
    const entry = arrive(journal);
    journal.assign(entry, 'demoapi');
    journal.assign(entry, 'demoapi');
    expect(journal.countTokenRequests('demoapi')).toBe(1);
    expect(journal.countTokenRequests()).toBe(1);
  });
});
