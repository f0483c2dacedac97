import { type AxiosResponse, isAxiosError } from 'axios';

/** Why a request that was answered 401 was not sent again. */
const NOTE = 'It was not sent again with a new token: its body is a stream, which is used up.';

/** Runs `surface`, and adds to the message of the error that it throws why there was no replay. */
export function noteNotReplayed(surface: () => AxiosResponse): AxiosResponse {
  try {
    return surface();
  } catch (error) {
    if (isAxiosError(error)) error.message = `${error.message}. ${NOTE}`;
    throw error;
  }
}
