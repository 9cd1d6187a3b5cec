'use client';

import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Flyout } from '../../ui/flyout.tsx';
import { linkTo, problemOf, type SourceLink } from './source-link.ts';

export interface SourceLinkFormProps {
  readonly link: SourceLink;
  /** A file of the profile, to show what a link becomes. */
  readonly file: string;
  readonly line: number;
  readonly version: string;
  readonly onLink: (link: SourceLink) => void;
}

/** Where the lines of this service are to be read: a template of addresses, kept in this browser. */
export function SourceLinkForm(props: SourceLinkFormProps) {
  return (
    <Flyout
      align="end"
      label="Link to the repository"
      buttonClass="h-7 shrink-0 rounded-lg border border-line-strong px-2.5 text-[12px] text-ink-2 hover:bg-chip hover:text-ink focus-visible:outline-2 focus-visible:outline-accent"
      trigger={props.link.template === '' ? 'Link lines …' : 'Link …'}
    >
      {(close) => <Form {...props} onDone={close} />}
    </Flyout>
  );
}

function Form({ link, file, line, version, onLink, onDone }: SourceLinkFormProps & { readonly onDone: () => void }) {
  const [draft, setDraft] = useState(link);
  const [checked, setChecked] = useState(false);
  const hint = useId();
  const problem = problemOf(draft.template);
  const example = linkTo(draft, file, line, version);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (problem !== '') return;
    onLink({ template: draft.template.trim(), prefix: draft.prefix.trim() });
    onDone();
  };
  const field = (name: keyof SourceLink, label: string, placeholder: string) => (
    <label className="flex flex-col gap-1">
      <span className="text-[12px] text-ink-2">{label}</span>
      <input
        {...(name === 'template' ? { 'data-autofocus': '', 'aria-describedby': hint } : {})}
        type="text"
        value={draft[name]}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={name === 'template' && checked && problem !== ''}
        className="h-8 rounded-lg border border-line-strong bg-ground px-2.5 font-mono text-[12px] placeholder:text-ink-3"
        onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
      />
    </label>
  );
  return (
    <form onSubmit={submit} className="flex w-110 max-w-[calc(100vw-16px)] flex-col gap-3 p-4">
      <h2 className="text-[13px] font-semibold">Link lines to the repository</h2>
      {field('template', 'Address of a line', 'https://git.example/{version}/{file}#L{line}')}
      {field('prefix', 'Begin of paths to leave out', '/build/')}
      <p
        id={hint}
        role={checked && problem !== '' ? 'alert' : undefined}
        className={`text-[12px] break-all ${checked && problem !== '' ? 'text-bad' : 'text-ink-2'}`}
      >
        {checked && problem !== ''
          ? problem
          : example === null
            ? '{file}, {line} and {version} are filled in; {version} is HEAD unless one version is selected. Kept in this browser, for this service.'
            : `This line: ${example}`}
      </p>
      <div className="flex justify-end gap-2">
        {link.template !== '' && (
          <Button
            onClick={() => {
              onLink({ template: '', prefix: '' });
              onDone();
            }}
          >
            Remove
          </Button>
        )}
        <Button look="primary" type="submit">
          Keep
        </Button>
      </div>
    </form>
  );
}
