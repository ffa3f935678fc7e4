import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { environmentVariable } from '../../orchestrator/configuration/configuration.ts';
import { type DeploymentSettings, describeDeployment } from '../describe.ts';
import type { DeploymentDescription, FunctionDescription } from '../description.ts';
import type { DeploymentCode } from './deploymentCode.ts';
import { InvalidDeploymentError } from './errors.ts';

export interface DescribedDeploymentProps {
  readonly code: DeploymentCode;
  readonly settings: DeploymentSettings;
  readonly storeBucket: Pick<IBucket, 'bucketName'>;
  /** HTTP endpoint of the bus. */
  readonly busEndpoint: string | undefined;
}

/** The deployment description of a construct, whose workers may be added until it is synthesized. */
export class DescribedDeployment {
  readonly #props: DescribedDeploymentProps;

  constructor(props: DescribedDeploymentProps) {
    this.#props = props;
  }

  get description(): DeploymentDescription {
    const { code, settings } = this.#props;
    const described = describeDeployment(code.functionCode, settings);
    return { ...described, functions: described.functions.map((each) => this.#withAddresses(each)) };
  }

  /** @throws InvalidDeploymentError if there is none of that name */
  worker(name: string): FunctionDescription {
    const { code, settings } = this.#props;
    const worker = code.workers.find((each) => each.name === name);
    const alone = describeDeployment({ ...code.functionCode, workers: worker ? [worker] : [] }, settings);
    const description = alone.functions.find(({ role }) => role === 'worker');
    if (!description) throw new InvalidDeploymentError(`Worker '${name}' does not exist.`);
    return this.#withAddresses(description);
  }

  /** The addresses are known only to the construct. */
  #withAddresses(description: FunctionDescription): FunctionDescription {
    const { storeBucket, busEndpoint } = this.#props;
    const { role, environment } = description;
    return {
      ...description,
      environment: {
        ...environment,
        [environmentVariable.store]: `s3://${storeBucket.bucketName}`,
        ...(role === 'publisher' &&
          busEndpoint !== undefined && { [environmentVariable.busEndpoint]: busEndpoint }),
      },
    };
  }
}
