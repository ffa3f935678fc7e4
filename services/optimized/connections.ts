/** Environment variable with the secrets of connections, as JSON: ARNs or names of Secrets Manager by those of the connections. */
export const connectionsVariable = 'MILLRACE_CONNECTIONS';
