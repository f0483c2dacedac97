import type { IssuedToken } from '../request/token-answer.js';
import type { RequestToSend, Send } from '../request/token-request.js';
import { failureOf, TokenPostponed, TokenRequestFailed } from '../request/token-failure.js';
import { usesRefreshGrant } from '../request/token-grant.js';
import { Acceptance } from './acceptance.js';
import { KeptClaim, NotGranted } from './kept-claim.js';
import { randomId } from './share-key.js';
import type { SharedSourcePorts } from './shared-source-ports.js';
import { readWait } from './shared-values.js';

/** Between two looks of a caller who waits for another replica, in milliseconds: at first, and at most. */
const POLL_MS = 100;
const MAX_POLL_MS = 500;
/** In the background nobody waits: so long until the next look, in milliseconds, and up to three times as long. */
const POSTPONED_MS = 2000;
/** The same while the store is down, when a look costs a turn and tells nothing. */
const POSTPONED_DOWN_MS = 10_000;

/** What comes of asking for a token: one, or why there is none. */
type Asked = IssuedToken | 'held' | 'hinted' | TokenRequestFailed;

/**
 * One token request among replicas. It looks for a token that another replica has stored; else it asks for the claim, as
 * soon as the limiter lets it go, and makes the request; else it waits for who has the claim. A caller waits for a part of
 * the deadline and then makes the request anyway; in the background nobody waits. Without the store it is a request like
 * any other.
 */
export class SharedRequest {
  readonly #ports: SharedSourcePorts;
  readonly #key: string;
  readonly #request: RequestToSend;
  readonly #send: Send;
  readonly #acceptance: Acceptance;
  readonly #claim: KeptClaim;

  constructor(key: string, request: RequestToSend, send: Send, ports: SharedSourcePorts) {
    this.#ports = ports;
    this.#key = key;
    this.#request = request;
    this.#send = send;
    this.#acceptance = new Acceptance(key, request.options.atHand, ports);
    this.#claim = new KeptClaim(key, ports);
  }

  /** @param patienceEndsAt - When who waits for other replicas makes the request anyway; counted from the first call. */
  async run(patienceEndsAt: () => number): Promise<IssuedToken> {
    let shut: TokenRequestFailed | undefined;
    let wasHeld = false;
    try {
      for (let round = 0; ; round += 1) {
        const found = await this.#look();
        if (found === 'unknown') return await this.#alone();
        if (found !== undefined) return found;
        // Who has seen another replica at it waits for that one's token: its own line may be shut.
        if (shut !== undefined && !wasHeld) throw shut;
        const outcome = shut === undefined ? await this.#ask() : 'held';
        if (outcome instanceof TokenRequestFailed) shut = outcome;
        if (outcome === 'hinted' || outcome instanceof TokenRequestFailed) continue;
        if (outcome !== 'held') return outcome;
        wasHeld = true;
        this.#ports.store.count('held');
        if (!this.#isUrgent) throw this.#postponed(POSTPONED_MS);
        if (this.#ports.clock.now() >= patienceEndsAt()) return await this.#alone();
        await this.#aMoment(round);
      }
    } catch (error) {
      this.#claim.failed(error);
      throw error;
    } finally {
      this.#claim.end();
    }
  }

  /** A token that another replica stored; `unknown` where the store does not say. */
  async #look(): Promise<IssuedToken | 'unknown' | undefined> {
    const { clock, store } = this.#ports;
    // Once more where the request would leave otherwise: most failures are gone by then.
    for (let tries = this.#mayGoAlone ? 2 : 1; tries > 0; tries -= 1) {
      const sentAt = clock.now();
      const entry = await store.read(this.#key);
      this.#request.options.signal.throwIfAborted();
      if (entry !== 'unknown') return entry && this.#acceptance.tokenOf(entry, sentAt);
    }
    return 'unknown';
  }

  /**
   * Makes the request, if no other replica has made it or makes it now. `hinted` where something was stored while it stood
   * in the line; the failure where the line stays shut for too long.
   */
  async #ask(): Promise<Asked> {
    const { hints, pauses } = this.#ports;
    const { options } = this.#request;
    let refresh: string | undefined;
    let hasLeft = false;
    const line = new AbortController();
    const stopListening = hints.on(this.#key, () => line.abort());
    try {
      await pauses.lookUp(this.#request);
      const issued = await this.#send(
        async () => {
          hasLeft = true;
          options.admitted();
          refresh = await this.#admitted();
          return refresh;
        },
        AbortSignal.any([options.signal, line.signal]),
      );
      return this.#obtained(issued);
    } catch (error) {
      options.signal.throwIfAborted();
      if (!hasLeft && line.signal.aborted) return 'hinted';
      if (!hasLeft && error instanceof TokenRequestFailed) return error;
      if (error instanceof NotGranted) return await this.#instead(error);
      const isRefreshRefused =
        failureOf(error).oauthError === true && usesRefreshGrant(this.#request.grant, refresh);
      if (!isRefreshRefused) throw error;
      // It is spent; the claim is ours still.
      return await this.#ask();
    } finally {
      stopListening();
    }
  }

  /** The limiter lets the request go: now the claim decides. Gives the refresh token to spend. */
  async #admitted(): Promise<string | undefined> {
    const { options, grant } = this.#request;
    const { minRemainingMs, notIds } = this.#acceptance;
    const takeRefresh = grant.tenant.renewWith !== 'credentials';
    const sentAt = this.#ports.clock.now();
    const outcome = await this.#claim.ask({ minRemainingMs, notIds, takeRefresh }).catch(() => undefined);
    options.signal.throwIfAborted();
    if (outcome === undefined && !this.#mayGoAlone) throw this.#postponed();
    if (outcome === undefined || outcome.kind === 'granted') return outcome?.refresh;
    throw new NotGranted(outcome, sentAt);
  }

  /** What to do instead of the request. */
  async #instead({ outcome, sentAt }: NotGranted): Promise<Asked> {
    // A store that names an entry again, although it is of no use, has nothing else to say.
    if (outcome.kind === 'held' || this.#acceptance.notIds.includes(outcome.entry.id)) return 'held';
    if (outcome.kind === 'stored') return this.#acceptance.tokenOf(outcome.entry, sentAt) ?? this.#ask();
    const failure = readWait(outcome.entry, this.#ports.clock.now());
    if (failure !== undefined) {
      this.#ports.store.count('waits');
      throw new TokenRequestFailed(failure);
    }
    this.#acceptance.unreadable(outcome.entry);
    return this.#ask();
  }

  /** A request without a claim: the store does not answer, or another replica has had the claim for too long. */
  async #alone(): Promise<IssuedToken> {
    if (!this.#mayGoAlone) throw this.#postponed();
    this.#ports.store.count('alone');
    const issued = await this.#send(async () => {
      this.#request.options.admitted();
      return undefined;
    });
    return this.#obtained(issued);
  }

  /** The token goes to who waits for it at once, and to the store behind them. */
  #obtained(issued: IssuedToken): IssuedToken {
    const id = randomId();
    this.#claim.obtained(issued, id, this.#acceptance.replaces);
    // Who renews next, here or elsewhere, finds the refresh token in the store: it is good for one use.
    return { ...issued, refreshToken: undefined, stored: { key: this.#key, id } };
  }

  get #isUrgent(): boolean {
    return this.#request.options.ticket.isUrgent;
  }

  /** Whether the request is made also without the store. */
  get #mayGoAlone(): boolean {
    return this.#isUrgent || this.#acceptance.isPressing;
  }

  #postponed(least = this.#ports.store.health.state === 'down' ? POSTPONED_DOWN_MS : POSTPONED_MS): Error {
    const { clock, random } = this.#ports;
    return new TokenPostponed(clock.now() + least * (1 + 2 * random()));
  }

  /** Until the key is settled, or it is time to look again. */
  #aMoment(round: number): Promise<void> {
    const { hints, random } = this.#ports;
    const ms = Math.min(POLL_MS * (1 + random()) * 1.5 ** Math.min(round, 10), MAX_POLL_MS);
    return hints.wait(this.#key, ms, this.#request.options.signal);
  }
}
