-- What another scorer answered, by a digest of what it was asked (its name, and the text as it was shown to it): the same text
-- gets the same answer, and is paid for once. No text is kept.
create table scorer_answer (
    id         text   primary key,
    at         bigint not null,
    p_negative double precision not null,
    p_neutral  double precision not null,
    p_positive double precision not null
);
create index scorer_answer_at on scorer_answer (at);
-- What a scorer cost in a day of the configuration's zone (`2026-10-06`). `remembered`: texts answered from the table above;
-- `fell_back`: texts that our own models judged because there was no answer.
create table scorer_day (
    scorer     text   not null,
    day        text   not null,
    requests   bigint not null default 0,
    texts      bigint not null default 0,
    tokens     bigint not null default 0,
    remembered bigint not null default 0,
    fell_back  bigint not null default 0,
    primary key (scorer, day)
);
-- How a scorer fares: `well`, `failing`, `spent`; since when, and why in a line.
create table scorer_state (
    scorer text   primary key,
    state  text   not null,
    since  bigint not null,
    detail text   not null
);
