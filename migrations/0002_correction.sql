-- What people said of the judge's labels. One row for each label spoken of, never changed but for its state and its text
-- (which goes with the mention's). `judged` is all that the model had said; `was` and `said` are one label's words.
-- State: `holds` (the mention follows it), `replaced` (said anew), `edited` (its author changed the text), `taken-back`;
-- who ended it is empty when the author did.
create table correction (
    mention   text   not null,
    place     bigint not null,
    at        bigint not null,
    by_whom   text   not null,
    state     text   not null,
    aspect    text   not null,
    was       text   not null,
    said      text   not null,
    language  text   not null,
    model     text   not null,
    judged    text   not null,
    body      text   not null,
    ended_at  bigint,
    ended_by  text   not null default '',
    primary key (mention, place)
);
create index correction_at on correction (at);
create index correction_state on correction (mention, state);
