import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Annotations } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { serviceWorkerName } from '../../asl/integrations/serviceCall.ts';
import { ownProperty } from '../../orchestrator/core/data/ownProperty.ts';
import type { NeededWorkers } from '../../orchestrator/dispatch/neededWorkers.ts';
import type { DefinitionsNeeds } from '../bundle/definitionNeeds.ts';
import { refuseMissingWorkers } from '../bundle/missingWorkers.ts';
import { serviceWorkerEntry } from '../bundle/serviceWorkerEntry.ts';
import { unusedNudges } from '../bundle/unusedNudges.ts';
import type { FunctionCode, WorkerCode } from '../describeFunctions.ts';
import type { FunctionDescription } from '../description.ts';
import { bundleFunctionsSynchronously, bundleWorkersSynchronously } from './bundleSynchronously.ts';
import { checkWorkerProps } from './checkProps.ts';
import { CodeAtSynthesis } from './codeAtSynthesis.ts';
import type { FunctionOverrides } from './deployedFunction.ts';
import { InvalidDeploymentError } from './errors.ts';
import type { MillraceProps, WorkerCodeProps, WorkerModuleProps } from './millraceProps.ts';
import { refuseOptionsOfNoWorker, refuseShortTimeouts, workerSettings } from './workerSettings.ts';

/**
 * The code of all functions. Workers are bundled when they are met, because each is a function; machines only at synthesis,
 * because more of them may be added until then.
 */
export class DeploymentCode {
  readonly #props: MillraceProps;
  readonly #directory: string;
  readonly #machineFiles: string[] = [];
  /** By code folder. */
  readonly #atSynthesis = new Map<string, CodeAtSynthesis>();
  readonly #workerOptions = new Map<string, FunctionOverrides>();
  #workers: readonly WorkerCode[];
  /** Known once the machines are bundled. */
  #invocationAges: FunctionCode['invocationAges'];
  /** Known once the machines are bundled. */
  #definitions: DefinitionsNeeds;
  /** Known once the machines are bundled. */
  #needsServiceWorker: boolean;

  /**
   * @param directory for bundles: within the app's output, so that paths in source maps, and with them the assets' hashes, are
   * the same in every checkout
   * @throws BundleError
   */
  constructor(props: MillraceProps, directory: string) {
    this.#props = props;
    this.#directory = resolve(directory);
    this.#invocationAges = props.code?.invocationAges;
    this.#definitions = props.code?.definitions ?? {};
    this.#needsServiceWorker = isServiceWorkerNeeded(props.code?.neededWorkers);
    const { code, workers, bus, rules, sfnEndpoint = false } = props;
    if (code && bus && !code.publisher) {
      throw new InvalidDeploymentError(
        'The code that was bundled before has no publisher: bundle it with `bus`, or leave `bus` out here.',
      );
    }
    if (code && rules && !code.ingest) {
      throw new InvalidDeploymentError(
        'The code that was bundled before has no function for rules: bundle it with `ingest`, or leave `rules` out here.',
      );
    }
    if (code && sfnEndpoint && !code.stepFunctions) {
      throw new InvalidDeploymentError(
        'The code that was bundled before has no function for the API of Step Functions: bundle it with `stepFunctions`, or leave `sfnEndpoint` out here.',
      );
    }
    const { workerOptions = {} } = props;
    this.#workers = (
      code?.workers ?? (workers === undefined ? [] : this.#bundleWorkers(resolve(workers)))
    ).map((worker) => this.#withOptions(worker, ownProperty(workerOptions, worker.name) ?? {}));
    refuseOptionsOfNoWorker(workerOptions, this.#workers);
  }

  #withOptions(worker: WorkerCode, options: FunctionOverrides): WorkerCode {
    this.#workerOptions.set(worker.name, options);
    return { ...worker, ...workerSettings(worker.name, options) };
  }

  /** Options of a worker's function that the deployment description does not have. */
  optionsOf(worker: string): FunctionOverrides {
    return this.#workerOptions.get(worker) ?? {};
  }

  /** The needs of the definitions among the machines, once those are bundled. */
  get definitions(): DefinitionsNeeds {
    return this.#definitions;
  }

  get workers(): readonly WorkerCode[] {
    return this.#workers;
  }

  /** Whether a machine calls a service, once the machines are bundled. */
  get needsServiceWorker(): boolean {
    return this.#needsServiceWorker;
  }

  get hasServiceWorker(): boolean {
    return this.#workers.some(({ name }) => name === serviceWorkerName);
  }

  /** @throws BundleError */
  addServiceWorker(): void {
    const { workerOptions = {} } = this.#props;
    const options = ownProperty(workerOptions, serviceWorkerName) ?? {};
    this.addWorker(serviceWorkerName, { entry: serviceWorkerEntry, ...options });
  }

  /** As the deployment description takes it. */
  get functionCode(): FunctionCode {
    const { code, bus, rules, sfnEndpoint = false } = this.#props;
    const folder = (name: 'orchestrator' | 'workerHost' | 'publisher' | 'ingest' | 'stepFunctions') =>
      code?.[name]?.codeDirectory ?? join(this.#directory, name);
    return {
      orchestrator: folder('orchestrator'),
      workerHost: folder('workerHost'),
      ...(bus && { publisher: folder('publisher') }),
      ...(rules && { ingest: folder('ingest') }),
      ...(sfnEndpoint && { stepFunctions: folder('stepFunctions') }),
      workers: this.#workers,
      ...(this.#invocationAges && { invocationAges: this.#invocationAges }),
    };
  }

  codeOf({ codeDirectory, role }: FunctionDescription): Code {
    if (role === 'worker' || this.#props.code) return Code.fromAsset(codeDirectory);
    const code = this.#atSynthesis.get(codeDirectory) ?? new CodeAtSynthesis();
    this.#atSynthesis.set(codeDirectory, code);
    return code;
  }

  /** @throws InvalidDeploymentError */
  addMachine(file: string): void {
    if (this.#props.code) {
      throw new InvalidDeploymentError(
        `${file} cannot be added to code that was bundled before: bundle it with \`machineFiles\`, or leave \`code\` out.`,
      );
    }
    this.#machineFiles.push(resolve(file));
  }

  /**
   * @throws BundleError
   * @throws InvalidDeploymentError
   */
  addWorker(name: string, props: WorkerModuleProps | WorkerCodeProps): void {
    checkWorkerProps(name, props);
    if (this.#workers.some((worker) => worker.name === name)) {
      throw new InvalidDeploymentError(
        `There is a worker '${name}' already: choose another name for this one.`,
      );
    }
    if ('entry' in props) {
      const { entry, ...overrides } = props;
      const [bundled] = this.#bundleWorkers([resolve(entry)]);
      if (!bundled) {
        throw new InvalidDeploymentError(
          `${entry} exports no \`handler\`: export one, as defineWorker() makes it.`,
        );
      }
      this.#workers = [...this.#workers, this.#withOptions({ ...bundled, name }, overrides)];
      return;
    }
    const { codePath, handler, ...overrides } = props;
    const code = { name, codeDirectory: resolve(codePath), handler };
    this.#workers = [...this.#workers, this.#withOptions(code, overrides)];
  }

  /**
   * Bundles the machines, once all are known, and makes assets under the scope.
   *
   * @throws BundleError
   */
  make(scope: Construct): void {
    if (this.#props.code) {
      this.#checkWorkers(this.#props.code.neededWorkers);
      this.#warnOfNudges(scope, this.#props.code.wantedNudges);
    }
    if (this.#atSynthesis.size === 0) return;
    const { machines, bus, rules, sfnEndpoint = false, minify = true } = this.#props;
    const {
      invocationAges,
      neededWorkers,
      wantedNudges,
      definitions = {},
    } = bundleFunctionsSynchronously({
      machinesDirectory: resolve(machines),
      machineFiles: this.#machineFiles,
      outDirectory: this.#directory,
      minify,
      ...(bus && { bus: bus.module === undefined ? {} : { module: resolve(bus.module) } }),
      ...(rules && { ingest: true }),
      ...(sfnEndpoint && { stepFunctions: true }),
    });
    this.#invocationAges = invocationAges;
    this.#definitions = definitions;
    this.#needsServiceWorker = isServiceWorkerNeeded(neededWorkers);
    this.#checkWorkers(neededWorkers);
    this.#warnOfNudges(scope, wantedNudges);
    for (const [folder, code] of this.#atSynthesis) code.make(scope, `Code-${basename(folder)}`, folder);
  }

  #warnOfNudges(scope: Construct, wanted: readonly string[] | undefined): void {
    const advice = "set nudge: 'asked' of the construct";
    for (const [index, warning] of unusedNudges(wanted, this.#props.nudge, advice).entries()) {
      Annotations.of(scope).addWarningV2(`millrace:nudge${index}`, warning);
    }
  }

  #checkWorkers(needed: NeededWorkers | undefined): void {
    refuseMissingWorkers(
      needed,
      this.#workers.map(({ name }) => name),
    );
    refuseShortTimeouts(this.#workers, needed);
  }

  #bundleWorkers(workers: string | readonly string[]): readonly WorkerCode[] {
    if (typeof workers === 'string' && !existsSync(workers)) return [];
    const { minify = true } = this.#props;
    return bundleWorkersSynchronously({ workers, outDirectory: join(this.#directory, 'workerCode'), minify });
  }
}

function isServiceWorkerNeeded(needed: NeededWorkers | undefined): boolean {
  return needed !== undefined && Object.hasOwn(needed, serviceWorkerName);
}
