import { useQuery } from '@tanstack/preact-query';
import type { MachineSummary } from '../../server/api.ts';
import { links } from '../location.ts';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { get } from '../request.ts';

/** The machines whose definitions are at hand. */
export function Machines() {
  const machines = useQuery({
    queryKey: ['machines'],
    queryFn: () => get<readonly MachineSummary[]>('/machines'),
  });
  if (machines.error) return <Problem error={machines.error} retry={() => machines.refetch()} />;
  if (!machines.data) return <Loading what="machines" />;
  return (
    <div class="screen">
      <div class="filter-row">
        <h1>Machines</h1>
      </div>
      {machines.data.length === 0 ? (
        <Empty title="The console has no definitions of machines">
          Start it in the folder of the project, or name the folder of the machines:{' '}
          <code>npx millrace console --machines src/machines</code>
        </Empty>
      ) : (
        <ul class="cards">
          {machines.data.map(({ machine, versions }) => (
            <li key={machine}>
              <a href={links.machine(machine)}>{machine}</a>
              <span class="quiet">
                {versions.length === 1 ? 'version' : 'versions'} {versions.join(', ')}
              </span>
              <a class="quiet" href={links.executions({ machine })}>
                Executions
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
