/** A DynamoDB API on this machine, with streams: any AWS SDK uses it by its endpoint alone. */
export interface LocalDynamoDB {
  readonly endpoint: string;
  /** The file with the tables; undefined for an engine that was already running. */
  readonly dataFile: string | undefined;
  /** Ends the engine if it was started here, and deletes what was not asked to be kept. */
  stop(): Promise<void>;
}
