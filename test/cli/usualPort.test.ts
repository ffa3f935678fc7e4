import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startOnUsualPort } from '../../cli/console/usualPort.ts';

function listening(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

describe('the usual port', () => {
  it('is taken where it is free, and left to another program that has it', async () => {
    const other = await listening(0);
    const taken = portOf(other);
    const beside = await startOnUsualPort(listening, taken);
    expect(portOf(beside)).not.toBe(taken);
    await new Promise((resolve) => other.close(resolve));
    const usual = await startOnUsualPort(listening, taken);
    expect(portOf(usual)).toBe(taken);
    for (const server of [beside, usual]) server.close();
  });

  it('is not given up for another reason', async () => {
    const failing = () => Promise.reject(new Error('no rights'));
    await expect(startOnUsualPort(failing)).rejects.toThrow('no rights');
  });
});
