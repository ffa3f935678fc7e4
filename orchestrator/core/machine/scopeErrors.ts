import { MillraceError } from '../errors/millraceError.ts';

/** Thrown to a custom action that sends. Such actions run after the step has been stored. */
export class SentFromActionError extends MillraceError {
  override readonly code = 'SentFromAction';
  override readonly name = 'SentFromActionError';
  constructor(eventType: string) {
    super(
      `An action cannot send '${eventType}' when it runs: its step is stored already. ` +
        'Use raise, sendTo or sendParent in the machine, or put an event item into the table.',
    );
  }
}

/** Thrown within a step to a machine that looks up an actor of another execution. */
export class SystemIdElsewhereError extends MillraceError {
  override readonly code = 'SystemIdElsewhere';
  override readonly name = 'SystemIdElsewhereError';
  constructor(systemId: string) {
    super(
      `system.get('${systemId}') finds only actors of its own execution, and none of them has this system id now. ` +
        "Send through sendParent and sendTo, or pass the actor's reference in input or in an event.",
    );
  }
}

/** Thrown within a step to a machine that spawns logic under no name: after a restart, an actor is found by its name. */
export class UnnamedLogicError extends MillraceError {
  override readonly code = 'UnnamedLogic';
  override readonly name = 'UnnamedLogicError';
  constructor(by: 'spawn' | 'spawnChild') {
    super(
      `${by} was given logic that has no name: name it in setup({ actors }). ${by}(logic) then works as it is. ` +
        'Deploy the machine so and redrive the execution.',
    );
  }
}
