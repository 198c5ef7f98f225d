-- What a mention says of the topic's own brand, as JSON, where that is told apart from what it says as a whole;
-- empty where the whole text's answer counts. `sentiment` and `p_negative` of the row are those of the answer that counts.
alter table mention_topic add column toward text not null default '';
