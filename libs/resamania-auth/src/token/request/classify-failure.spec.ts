import { describe, expect, it } from '@jest/globals';

import { classifyFault } from './classify-failure.js';

describe('A token request that fails at run time by', () => {
  it.each([
    ['CERT_HAS_EXPIRED', 'the TLS certificate of host has expired', 'Check the clock of this machine'],
    ['CERT_NOT_YET_VALID', 'the TLS certificate of host is not valid yet', 'Check the clock of this machine'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for another host name', 'Check the host in `apiBaseUrl`'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'cannot be verified', 'NODE_EXTRA_CA_CERTS'],
    ['ENOTFOUND', 'no host named host', 'Check `apiBaseUrl` for typing errors'],
    ['EWHATEVER', 'the token endpoint could not be reached', 'Check `apiBaseUrl`, name resolution'],
  ])('%s is worded as the doctor words it, and names the doctor', (detail, what, remedy) => {
    const failure = classifyFault({ reason: 'network', detail }, 'host');
    expect(failure).toMatchObject({ code: 'network_error', kind: 'transient', retryNow: true });
    expect(failure.what).toContain(what);
    expect(failure.what).toMatch(new RegExp(` \\(${detail}\\)\\.$`));
    expect(failure.remedy).toContain(remedy);
    expect(failure.remedy).toContain('npx resamania-auth doctor');
  });
});
