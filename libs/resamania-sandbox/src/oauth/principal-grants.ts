import OAuth2Server from '@node-oauth/oauth2-server';
import type { GrantModel } from './grant-model.js';
import { CLUB_GRANT, CONTACT_GRANT, type Principal } from './principal.js';

const { AbstractGrantType, InvalidGrantError, InvalidRequestError } = OAuth2Server;

/** A grant on behalf of somebody whom the request names. */
abstract class PrincipalGrant extends AbstractGrantType {
  declare protected readonly model: GrantModel;

  /** Finds out who is meant, or throws an OAuth error. */
  protected abstract principal(request: OAuth2Server.Request): Principal;

  async handle(request: OAuth2Server.Request, client: OAuth2Server.Client): Promise<OAuth2Server.Token> {
    const user = this.principal(request);
    const scope = await this.validateScope(user, client, this.getScope(request));
    const granted = scope || [];
    const accessToken = await this.generateAccessToken(client, user, granted);
    const refreshToken = await this.generateRefreshToken(client, user, granted);
    return this.model.saveToken({ accessToken, refreshToken, scope: granted, client, user }, client, user);
  }
}

/** `clubId` names the club by its IRI. */
class ClubGrant extends PrincipalGrant {
  protected principal(request: OAuth2Server.Request): Principal {
    const id = field(request, 'clubId');
    if (!this.model.chain.collections.clubs.has(id)) {
      throw new InvalidGrantError('This chain has no such club; clubId is an IRI');
    }
    return { kind: 'club', id };
  }
}

/** `email` names the contact. */
class ContactGrant extends PrincipalGrant {
  protected principal(request: OAuth2Server.Request): Principal {
    const { contacts } = this.model.chain.collections;
    const email = field(request, 'email');
    const contact = contacts.find((item) => item['email'] === email);
    if (!contact) throw new InvalidGrantError('This chain has no contact with that e-mail');
    return { kind: 'contact', id: contacts.iri(contact) };
  }
}

function field(request: OAuth2Server.Request, name: string): string {
  const fields = request.body as Record<string, string>;
  const value = fields[name];
  if (!value) throw new InvalidRequestError(`The field ${name} is missing`);
  return value;
}

/** The vendor's two extension grants, by the URL that selects them. */
export const principalGrants = { [CLUB_GRANT]: ClubGrant, [CONTACT_GRANT]: ContactGrant };
