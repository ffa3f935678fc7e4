import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
/** Thrown by the construct for props that no deployment can be made of. */
export class InvalidDeploymentError extends MillraceError {
  override readonly code = 'InvalidDeployment';
  override readonly name = 'InvalidDeploymentError';
}
