/** Thrown by the construct for props that no deployment can be made of. */
export class InvalidDeploymentError extends Error {
  readonly code = 'InvalidDeployment';
  override readonly name = 'InvalidDeploymentError';
}
