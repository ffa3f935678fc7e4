import type { ComponentChildren } from 'preact';
import type { ChartEdge, ChartModel, NodeId } from '../../chart/model.ts';
import { edgeText, rowText } from '../../chart/wording.ts';
import { Icon } from '../parts/icons.tsx';

interface StateCardProps {
  readonly model: ChartModel;
  readonly id: NodeId;
  readonly isRight: boolean;
  readonly onSelect: (id: NodeId) => void;
  readonly onClose: () => void;
  /** More about the state: of an execution, say. */
  readonly children?: ComponentChildren;
}

/** Everything that the chart says of one state, in words: for charts with many lines, and for the keyboard. */
export function StateCard({ model, id, isRight, onSelect, onClose, children }: StateCardProps) {
  const node = model.nodes.find((each) => each.id === id);
  if (!node) return null;
  const nameOf = (each: NodeId) =>
    model.nodes.find((other) => other.id === each)?.path.join('.') || model.machine;
  const out = model.edges.filter(({ source }) => source === id);
  const into = model.edges.filter(({ source, targets }) => source !== id && targets.includes(id));
  const invoked = node.invokes.map(({ label, src }) => label ?? src);
  return (
    <aside class={isRight ? 'state-card right' : 'state-card'} aria-label={`State ${nameOf(id)}`}>
      <div class="state-card-head">
        <h2>{nameOf(id)}</h2>
        <span class="quiet">{node.asl ?? (node.kind === 'atomic' ? '' : node.kind)}</span>
        <button type="button" class="plain icon-button" aria-label="Close" title="Close" onClick={onClose}>
          <Icon name="cross" size={12} />
        </button>
      </div>
      {node.description !== undefined && <p>{node.description}</p>}
      {invoked.length > 0 && <p class="quiet">runs {invoked.join(', ')}</p>}
      {children}
      {out.length > 0 && (
        <ul class="plain-list">
          {out.map((edge) => (
            <li key={edge.id} class={`tone-${edge.trigger.type}`}>
              <b>{edge.targets.length === 0 ? rowText(edge) : wordsOf(edge)}</b>
              {edge.targets.map((target) => (
                <span key={target}>
                  {' → '}
                  <StateButton name={nameOf(target)} onClick={() => onSelect(target)} />
                </span>
              ))}
            </li>
          ))}
        </ul>
      )}
      {into.length > 0 && (
        <>
          <h3>Comes from</h3>
          <ul class="plain-list">
            {into.map((edge) => (
              <li key={edge.id} class={`tone-${edge.trigger.type}`}>
                <StateButton name={nameOf(edge.source)} onClick={() => onSelect(edge.source)} />{' '}
                <b>{wordsOf(edge)}</b>
              </li>
            ))}
          </ul>
        </>
      )}
    </aside>
  );
}

function wordsOf(edge: ChartEdge): string {
  return edgeText(edge) || 'default';
}

function StateButton({ name, onClick }: { readonly name: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="link" onClick={onClick}>
      {name}
    </button>
  );
}
