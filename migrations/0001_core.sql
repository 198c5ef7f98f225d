-- One set for SQLite and PostgreSQL. Ids are text, instants are milliseconds UTC, lists are JSON in text.

-- One configured place that is listened to: where it reads on and how it fares.
create table source (
    name        text   not null primary key,
    platform    text   not null,
    cursor      text,
    state       text   not null default 'new',
    detail      text   not null default '',
    failures    bigint not null default 0,
    due_at      bigint not null default 0,
    first_at    bigint,
    heard_at    bigint,
    changed_at  bigint not null default 0
);

-- The coverage ledger: the intervals in which a source was truly heard.
create table coverage (
    source   text   not null,
    from_at  bigint not null,
    to_at    bigint not null,
    primary key (source, from_at)
);

-- What collect has read and ingest has not judged yet. Emptied in the transaction that stores the mentions.
create table inbox (
    id           text   not null primary key,
    source       text   not null,
    received_at  bigint not null,
    posted_at    bigint not null,
    place        bigint not null,
    body         text   not null
);
create index inbox_order on inbox (place, id);
create index inbox_posted on inbox (source, posted_at);

-- Rows of the inbox that could not be worked on, with the reason; a person looks at them, the queue goes on.
create table inbox_aside (
    id           text   not null primary key,
    source       text   not null,
    received_at  bigint not null,
    body         text   not null,
    reason       text   not null,
    put_at       bigint not null
);

-- What was heard of posts that are not held: removals, ended accounts, edits that matched nothing (`what`).
-- An older text that comes late is then not stored. The subject is a mention's id or the digest of an author.
create table early_change (
    subject  text   not null primary key,
    what     text   not null,
    at       bigint not null
);
create index early_change_age on early_change (at);

-- One public text, whole or as a tombstone. The id is made from platform and native id: its key is their uniqueness.
create table mention (
    id            text   not null primary key,
    platform      text   not null,
    native_id     text   not null,
    alias         text   not null default '',
    source        text   not null,
    url           text   not null,
    author_id     text   not null,
    author_name   text   not null,
    author_handle text   not null,
    followers     bigint,
    posted_at     bigint not null,
    collected_at  bigint not null,
    edited_at     bigint,
    removed_at    bigint,
    title         text   not null,
    body          text   not null,
    has_media     bigint not null default 0,
    reply_to      text   not null default '',
    repost_of     text   not null default '',
    likes         bigint not null default 0,
    reposts       bigint not null default 0,
    replies       bigint not null default 0,
    push          bigint,
    boo           bigint,
    language      text   not null,
    sentiment     text   not null,
    p_negative    double precision not null,
    p_neutral     double precision not null,
    p_positive    double precision not null,
    spam          double precision not null,
    themes        text   not null default '[]',
    evidence      text   not null default '[]',
    model         text   not null,
    spread        text   not null,
    story         text   not null
);
create index mention_posted on mention (posted_at);
create index mention_story on mention (story);
create index mention_alias on mention (alias) where alias <> '';
create index mention_author on mention (platform, author_id);

-- By what copies are found: a log of the stories' originals in the order they came. The last row of a mention counts;
-- `gone` says that its text is no more. Rows older than a week are taken off the beginning.
create table story_key (
    number     bigint not null primary key,
    mention    text   not null,
    exact_key  bigint not null,
    near_key   bigint not null,
    posted_at  bigint not null,
    added_at   bigint not null,
    gone       bigint not null default 0
);

-- Which topics a mention matched, with what lists, counts and detectors ask for.
create table mention_topic (
    topic      text   not null,
    mention    text   not null,
    posted_at  bigint not null,
    source     text   not null,
    language   text   not null,
    sentiment  text   not null,
    p_negative double precision not null,
    spread     text   not null,
    story      text   not null,
    author     text   not null,
    themes     text   not null default '[]',
    matched    text   not null default '[]',
    primary key (topic, mention)
);
create index mention_topic_posted on mention_topic (topic, posted_at);
create index mention_topic_mention on mention_topic (mention);

-- Counts kept as mentions arrive. Theme '' counts every mention once; a mention with themes is also counted under each.
create table mention_count (
    topic      text   not null,
    bucket_at  bigint not null,
    source     text   not null,
    language   text   not null,
    sentiment  text   not null,
    theme      text   not null,
    originals  bigint not null,
    spread     bigint not null,
    primary key (topic, bucket_at, source, language, sentiment, theme)
);

-- How far a topic's buckets were judged, and what its detectors remember.
create table watch (
    topic         text   not null primary key,
    began_at      bigint not null,
    judged_until  bigint not null,
    memory        text   not null
);

create table incident (
    id               text   not null primary key,
    topic            text   not null,
    kind             text   not null,
    state            text   not null,
    severity         text   not null,
    first_bucket     bigint not null,
    last_bucket      bigint not null,
    opened_at        bigint not null,
    resolved_at      bigint,
    acknowledged_by  text   not null default '',
    opening          text   not null,
    peak             text   not null,
    worst            text   not null default '[]'
);
create index incident_topic on incident (topic, opened_at);
create index incident_state on incident (state);

create table incident_moment (
    id        text   not null primary key,
    incident  text   not null,
    at        bigint not null,
    place     bigint not null,
    what      text   not null,
    by_whom   text   not null,
    detail    text   not null
);
create index incident_moment_order on incident_moment (incident, at, place);

-- The outbox: written first, sent after.
create table alert (
    id        text   not null primary key,
    incident  text   not null,
    topic     text   not null,
    news      text   not null,
    number    bigint not null,
    severity  text   not null,
    at        bigint not null,
    body      text   not null
);
create index alert_incident on alert (incident, at);

create table delivery (
    id          text   not null primary key,
    alert       text   not null,
    receiver    text   not null,
    state       text   not null,
    attempts    bigint not null default 0,
    due_at      bigint not null,
    reference   text   not null default '',
    error       text   not null default '',
    created_at  bigint not null,
    sent_at     bigint
);
create index delivery_due on delivery (state, due_at);
create index delivery_alert on delivery (alert);

create table delivery_attempt (
    delivery  text   not null,
    number    bigint not null,
    at        bigint not null,
    outcome   text   not null,
    primary key (delivery, number)
);

create table silence (
    id        text   not null primary key,
    topic     text   not null,
    from_at   bigint not null,
    until_at  bigint not null,
    by_whom   text   not null,
    reason    text   not null
);
create index silence_until on silence (until_at);

create table ticket (
    number      bigint not null primary key,
    topic       text   not null,
    title       text   not null,
    state       text   not null,
    priority    text   not null,
    assignee    text   not null default '',
    incident    text,
    mention     text,
    opened_by   text   not null,
    opened_at   bigint not null,
    changed_at  bigint not null,
    solved_at   bigint
);
create unique index ticket_incident on ticket (incident);
create unique index ticket_mention on ticket (mention);
create index ticket_state on ticket (state, changed_at);

create table ticket_event (
    ticket  bigint not null,
    place   bigint not null,
    at      bigint not null,
    by_whom text   not null,
    what    text   not null,
    detail  text   not null,
    primary key (ticket, place)
);

-- Messages that are not news of an incident (reports), on the same way: written first, sent after.
create table letter (
    id          text   not null primary key,
    receiver    text   not null,
    subject     text   not null,
    body        text   not null,
    state       text   not null,
    attempts    bigint not null default 0,
    due_at      bigint not null,
    error       text   not null default '',
    created_at  bigint not null,
    sent_at     bigint
);
create index letter_due on letter (state, due_at);
