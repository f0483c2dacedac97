import type { Attributes, BatchObservableResult, Meter } from '@opentelemetry/api';

import type { ObservedTenant, TelemetrySource } from '../telemetry/telemetry.js';

/** Bounds of the histograms of durations, in seconds: those that OpenTelemetry's conventions advise. */
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Those of what a token had left, in seconds: from nothing to a day. */
const LIFETIMES = [0, 1, 5, 15, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14_400, 43_200, 86_400];

const STATES = ['valid', 'obtaining', 'waiting', 'idle'];

export type Instruments = ReturnType<typeof createInstruments>;

/** Makes the instruments, and observes the tenants whenever metrics are collected. */
export function createInstruments(
  meter: Meter,
  source: TelemetrySource,
  about: (tenant: string) => Attributes,
) {
  const duration = (name: string, description: string) =>
    meter.createHistogram(`resamania.auth.${name}`, {
      unit: 's',
      description,
      advice: { explicitBucketBoundaries: DURATIONS },
    });
  return {
    fetchDuration: duration('token.fetch.duration', 'How long it took to obtain a token, with all attempts'),
    waitDuration: duration('token.wait.duration', 'How long a caller without a usable token waited for one'),
    remainingLifetime: meter.createHistogram('resamania.auth.token.remaining_lifetime', {
      unit: 's',
      description: 'For how long callers could still have used a token when its successor came',
      advice: { explicitBucketBoundaries: LIFETIMES },
    }),
    storeDuration: duration('store.operation.duration', 'How long an operation of the shared store took'),
    rejections: meter.createCounter('resamania.auth.token.rejections', {
      unit: '{token}',
      description: 'Tokens that were dropped before their time',
    }),
    /** Stops observing. */
    close: observe(meter, source, about),
  };
}

function observe(meter: Meter, source: TelemetrySource, about: (tenant: string) => Attributes): () => void {
  const count = meter.createObservableUpDownCounter('resamania.auth.tenant.count', {
    unit: '{tenant}',
    description: 'Tenants by the state of their token',
  });
  const limit = meter.createObservableGauge('resamania.auth.quota.limit', {
    unit: '{request}',
    description: "The gateway's daily quota, as an answer reported it last",
  });
  const remaining = meter.createObservableGauge('resamania.auth.quota.remaining', {
    unit: '{request}',
    description: 'What is left of it; the least where tenants report different ones',
  });
  const observed = [count, limit, remaining];
  const look = (result: BatchObservableResult) => {
    const tenants = [...source.tenants()];
    for (const state of STATES) {
      const inState = tenants.filter((tenant) => tenant.state === state).length;
      result.observe(count, inState, { 'resamania.auth.state': state });
    }
    for (const { attributes, quota } of leastQuotas(tenants, about)) {
      if (quota.limit !== undefined) result.observe(limit, quota.limit, attributes);
      if (quota.remaining !== undefined) result.observe(remaining, quota.remaining, attributes);
    }
  };
  meter.addBatchObservableCallback(look, observed);
  return () => meter.removeBatchObservableCallback(look, observed);
}

interface LeastQuota {
  readonly attributes: Attributes;
  quota: NonNullable<ObservedTenant['quota']>;
}

/** A quota is a gateway key's: of those that are told apart by nothing, the one with the least left. */
function leastQuotas(
  tenants: readonly ObservedTenant[],
  about: (tenant: string) => Attributes,
): Iterable<LeastQuota> {
  const quotas = new Map<string, LeastQuota>();
  for (const { name, serverAddress, quota } of tenants) {
    if (quota === undefined) continue;
    const attributes = { 'server.address': serverAddress, ...about(name) };
    const key = JSON.stringify(attributes);
    const known = quotas.get(key);
    if (known === undefined) quotas.set(key, { attributes, quota });
    else if ((quota.remaining ?? Infinity) < (known.quota.remaining ?? Infinity)) known.quota = quota;
  }
  return quotas.values();
}
