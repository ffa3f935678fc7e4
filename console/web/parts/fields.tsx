interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
}

export function TextField({ label, value, onChange, placeholder }: FieldProps) {
  return (
    <label class="field wide">
      <span>{label}</span>
      <input
        value={value}
        placeholder={placeholder}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

/** A field for a JSON value. It says where the text is not valid. */
export function JsonField({
  label,
  value,
  onChange,
  placeholder,
  problemOf = () => undefined,
}: FieldProps & {
  /** Why a value that is JSON is still not the right one. */
  readonly problemOf?: (value: unknown) => string | undefined;
}) {
  const json = parsed(value);
  const problem = json.isValid ? problemOf(json.value) : `This is not valid JSON: ${json.problem}`;
  return (
    <label class="field wide">
      <span>{label}</span>
      <textarea
        rows={5}
        spellcheck={false}
        value={value}
        placeholder={placeholder}
        aria-invalid={problem !== undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {problem !== undefined && <span class="bad">{problem}</span>}
    </label>
  );
}

export type Parsed =
  | { readonly isValid: true; readonly value: unknown }
  | { readonly isValid: false; readonly problem: string };

/** An empty text has no value. */
export function parsed(text: string): Parsed {
  if (text.trim() === '') return { isValid: true, value: undefined };
  try {
    return { isValid: true, value: JSON.parse(text) };
  } catch (error) {
    return { isValid: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
