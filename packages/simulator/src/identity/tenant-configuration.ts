/**
 * Where tokens come from, as clients that know nothing but the authority read it: MSAL and Azure's credentials do.
 *
 * @param tenantUrl The authority: `https://host/{tenant}`.
 */
export function tenantConfiguration(tenantUrl: string): Record<string, unknown> {
  return {
    issuer: `${tenantUrl}/v2.0`,
    authorization_endpoint: `${tenantUrl}/oauth2/v2.0/authorize`,
    token_endpoint: `${tenantUrl}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    jwks_uri: `${tenantUrl}/discovery/v2.0/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}
