import { join } from 'node:path';
import { formatProblem } from '../infra/bundle/bundleError.ts';
import { checkBusModule } from '../infra/bundle/busModule.ts';
import { refuseMissingWorkers } from '../infra/bundle/missingWorkers.ts';
import { unusedNudges } from '../infra/bundle/unusedNudges.ts';
import { type BundledFunctions, bundleFunctions, bundleWorkers } from '../infra/bundle.ts';
import { describeDeployment } from '../infra/describe.ts';
import type { DeploymentDescription } from '../infra/description.ts';
import { type DescribedMachine, describedMachines } from '../infra/machineDefinitions.ts';
import { readDeployment } from '../infra/template/readDeployment.ts';
import type { LocalCloudOptions } from './cloudOptions.ts';

const localEventBusName = 'millrace';
const localNudges = "start `millrace dev` with --nudge, or set nudge: 'asked' of the local cloud";

/** The deployment that folders or a template describe. Each bundling has a folder of its own, because running functions still read the one before. */
export class Deployments {
  readonly #codeDirectory: string;
  readonly #options: LocalCloudOptions;
  #count = 0;
  #machineFiles: readonly string[] = [];
  /** The last deployment registers these; a template does not say. */
  machines: BundledFunctions['machines'];

  constructor(codeDirectory: string, options: LocalCloudOptions) {
    this.#codeDirectory = codeDirectory;
    this.#options = options;
  }

  /** The deployed machines, as the API of Step Functions shows them. */
  described(): Promise<readonly DescribedMachine[]> {
    return describedMachines(this.#machineFiles, this.machines);
  }

  /** @throws BundleError, InvalidTemplateError */
  async next(): Promise<DeploymentDescription> {
    const { template } = this.#options;
    return template === undefined ? this.#bundled() : readDeployment(template);
  }

  async #bundled(): Promise<DeploymentDescription> {
    const {
      machinesDirectory,
      workersDirectory,
      settings,
      countsConsumedCapacity,
      bus = true,
      rules,
      functionsDirectory,
      functionResults,
      stepFunctions = false,
    } = this.#options;
    const outDirectory = join(this.#codeDirectory, String(this.#count++));
    const busModule = typeof bus === 'object' ? bus.module : undefined;
    if (busModule !== undefined) await checkBusModule(busModule);
    const bundled: BundledFunctions = await bundleFunctions({
      machinesDirectory,
      workersDirectory,
      outDirectory,
      ...(bus !== false && { bus: bus === true ? {} : bus }),
      ...(rules && { ingest: true }),
      ...(stepFunctions !== false && { storedDefinitions: true }),
    });
    refuseMissingWorkers(
      bundled.neededWorkers,
      bundled.workers.map(({ name }) => name),
    );
    this.machines = bundled.machines;
    this.#machineFiles = bundled.machineFiles;
    const nudges = unusedNudges(bundled.wantedNudges, settings?.nudge, localNudges);
    const warnings = [...(bundled.warnings ?? []), ...nudges.map((message) => ({ message }))];
    for (const warning of warnings) {
      this.#options.log?.({ source: 'bundle', text: formatProblem(warning) });
    }
    return describeDeployment(
      {
        orchestrator: bundled.orchestrator.codeDirectory,
        workerHost: bundled.workerHost.codeDirectory,
        ...(bundled.publisher && { publisher: bundled.publisher.codeDirectory }),
        ...(bundled.ingest && { ingest: bundled.ingest.codeDirectory }),
        workers: bundled.workers,
        ...(bundled.invocationAges && { invocationAges: bundled.invocationAges }),
        ...(functionsDirectory !== undefined && {
          unmodified: await bundleWorkers({
            workers: functionsDirectory,
            outDirectory: join(outDirectory, 'functions'),
          }),
        }),
      },
      {
        ...settings,
        ...(countsConsumedCapacity && { reportsConsumedCapacity: true }),
        ...(bus !== false && { eventBusName: localEventBusName }),
        ...(rules && { rules }),
        ...(functionResults === 'BUS' && { resultsOnBus: true }),
      },
    );
  }
}
