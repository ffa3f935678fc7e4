import { Dialog } from './dialog.tsx';

const shortcuts: readonly (readonly [string, string])[] = [
  ['g e, g m, g p, g c', 'Executions, machines, pending, cost'],
  ['/', 'Search'],
  ['↑ ↓, Enter', 'Choose a row of a list, and open it'],
  ['[ and ]', 'The entry before, the entry after'],
  ['{ and }', 'The first entry, the last entry'],
  ['Esc', 'Close a dialog'],
  ['?', 'This help'],
];

export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="shortcuts">
        {shortcuts.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
