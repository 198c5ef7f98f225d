-- The labels that a topic's rules put on a mention: a JSON list of names.
alter table mention_topic add column labels text not null default '[]';
