import type { FetchEnd, FetchRecording, WaitRecording } from '../../telemetry/telemetry.js';
import { ResamaniaTokenError } from '../../errors.js';
import { type ListenedSignal, onAbort } from '../../waiting.js';
import type { IssuedToken } from './token-answer.js';
import { TokenRequestFailed } from './token-failure.js';

const LEFT: FetchEnd = { kind: 'left' };

/** Makes a token request as one that is recorded. */
export async function recordedFetch(
  recording: FetchRecording,
  obtain: () => Promise<IssuedToken>,
): Promise<IssuedToken> {
  try {
    const issued = await recording.run(obtain);
    recording.end({ kind: 'token', origin: issued.origin ?? 'endpoint' });
    return issued;
  } catch (error) {
    recording.end(endOf(error));
    throw error;
  }
}

/** Waits as one who is recorded, until the token has come or nobody waits for it any more. */
export async function recordedWait<T>(
  recording: WaitRecording,
  token: Promise<T>,
  signal: ListenedSignal | undefined,
): Promise<T> {
  let isOver = false;
  const end = (how: FetchEnd) => {
    if (!isOver) recording.end(how);
    isOver = true;
  };
  const stopListening = signal && onAbort(signal, () => end(LEFT));
  try {
    const value = await token;
    end({ kind: 'token' });
    return value;
  } catch (error) {
    end(endOf(error));
    throw error;
  } finally {
    stopListening?.();
  }
}

/** Whoever is left by all, or put off, has not failed. */
function endOf(error: unknown): FetchEnd {
  if (error instanceof TokenRequestFailed) {
    const { code, status } = error.failure;
    return { kind: 'failed', code, status };
  }
  if (error instanceof ResamaniaTokenError) return { kind: 'failed', code: error.code, status: error.status };
  return LEFT;
}
