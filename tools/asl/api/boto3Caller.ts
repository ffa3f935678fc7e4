import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { JsonObject } from '../../../asl/json.ts';
import { repositoryDirectory } from '../../../cli/repository.ts';
import { ApiCallError, type ApiCaller } from './apiCaller.ts';

interface Reply {
  readonly id: number;
  readonly output?: JsonObject;
  readonly error?: string;
  readonly message?: string;
}

/** The AWS SDK for Python, in a process of its own. */
export function boto3Caller(endpoint: string): ApiCaller {
  const script = join(repositoryDirectory(), 'tools/asl/api/callByBoto3.py');
  const child = spawn('python3', [script, endpoint], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>();
  let calls = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reply: Reply = JSON.parse(line);
    waiting.get(reply.id)?.resolve(reply);
    waiting.delete(reply.id);
  });
  const exited = once(child, 'exit');
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`python3 has ended with exit code ${code}.`));
  });
  return {
    call: async (operation, request) => {
      const id = ++calls;
      const {
        output,
        error,
        message = '',
      } = await new Promise<Reply>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ id, operation, request })}\n`);
      });
      if (error !== undefined) throw new ApiCallError(error, message);
      return output ?? {};
    },
    close: async () => {
      // Calls that still wait for a task are given up.
      child.kill();
      await exited;
    },
  };
}
