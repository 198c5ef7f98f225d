-- Adverts, giveaways and machines are kept and marked, and are no talk: they are set apart from the counts, unless the topic's
-- file says that they count. `apart` is 1 for a row that is set apart; a mention's score says what people said, where they did.
alter table mention_topic add column apart bigint not null default 0;
update mention_topic set apart = 1 where mention in (select id from mention where spam >= 0.5);
create index mention_topic_apart on mention_topic (topic, posted_at) where apart = 1;

-- Topics whose spam counts as talk.
create table spam_counted (
    topic  text  not null primary key
);

-- What was counted so far and is set apart now is taken out of the counts.
update mention_count set
    originals = originals - (
        select count(*) from mention_topic t
         where t.apart = 1 and t.topic = mention_count.topic
           and t.posted_at >= mention_count.bucket_at and t.posted_at < mention_count.bucket_at + 300000
           and t.source = mention_count.source and t.language = mention_count.language
           and t.sentiment = mention_count.sentiment and t.spread = 'original'
           and (mention_count.theme = ''
                or t.themes like '%"' || replace(mention_count.theme, '_', '!_') || '"%' escape '!')),
    spread = spread - (
        select count(*) from mention_topic t
         where t.apart = 1 and t.topic = mention_count.topic
           and t.posted_at >= mention_count.bucket_at and t.posted_at < mention_count.bucket_at + 300000
           and t.source = mention_count.source and t.language = mention_count.language
           and t.sentiment = mention_count.sentiment and t.spread <> 'original'
           and (mention_count.theme = ''
                or t.themes like '%"' || replace(mention_count.theme, '_', '!_') || '"%' escape '!'))
 where exists (
        select 1 from mention_topic t
         where t.apart = 1 and t.topic = mention_count.topic
           and t.posted_at >= mention_count.bucket_at and t.posted_at < mention_count.bucket_at + 300000);
