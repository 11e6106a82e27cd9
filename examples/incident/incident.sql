-- The database of the incident: a gateway's own tables, as they stood after it was moved to another database system.
-- Names, numbers and groups are made up, and no key is real; what went wrong is not.
--
--   sqlite3 incident.db < incident.sql        or        make_incident incident.db
--
-- What is wrong with it: the move lost the default of tokens."group", and 12 of the 63 enabled tokens have no group.
-- Nothing else is.
BEGIN;

CREATE TABLE channels (
  id integer PRIMARY KEY,
  type integer DEFAULT 0,
  key text NOT NULL,
  open_ai_organization text,
  test_model text,
  status integer DEFAULT 1,
  name text,
  weight integer DEFAULT 0,
  created_time integer,
  test_time integer,
  response_time integer,
  base_url text DEFAULT '',
  other text,
  balance real,
  balance_updated_time integer,
  models text,
  "group" varchar(64) DEFAULT 'default',
  used_quota integer DEFAULT 0,
  model_mapping text,
  status_code_mapping varchar(1024) DEFAULT '',
  priority integer DEFAULT 0,
  auto_ban integer DEFAULT 1,
  other_info text,
  tag text,
  setting text,
  param_override text,
  header_override text,
  remark varchar(255),
  channel_info json,
  settings text
);
CREATE INDEX idx_channels_name ON channels (name);
CREATE INDEX idx_channels_tag ON channels (tag);

CREATE TABLE abilities (
  "group" varchar(64),
  model varchar(255),
  channel_id integer,
  enabled numeric,
  priority integer DEFAULT 0,
  weight integer DEFAULT 0,
  tag text,
  PRIMARY KEY ("group", model, channel_id)
);
CREATE INDEX idx_abilities_channel_id ON abilities (channel_id);
CREATE INDEX idx_abilities_priority ON abilities (priority);

CREATE TABLE tokens (
  id integer PRIMARY KEY,
  user_id integer,
  key char(48),
  status integer DEFAULT 1,
  name text,
  created_time integer,
  accessed_time integer,
  expired_time integer DEFAULT -1,
  remain_quota integer DEFAULT 0,
  unlimited_quota numeric,
  model_limits_enabled numeric DEFAULT 0,
  model_limits varchar(1024) DEFAULT '',
  allow_ips text DEFAULT '',
  used_quota integer DEFAULT 0,
  "group" text,  -- the default that got lost
  cross_group_retry numeric,
  auto_groups text,
  deleted_at datetime
);
CREATE UNIQUE INDEX idx_tokens_key ON tokens (key);
CREATE INDEX idx_tokens_deleted_at ON tokens (deleted_at);

CREATE TABLE users (
  id integer PRIMARY KEY,
  username text UNIQUE,
  password text NOT NULL,
  display_name text,
  role integer DEFAULT 1,
  status integer DEFAULT 1,
  email text,
  access_token char(32),
  quota integer DEFAULT 0,
  used_quota integer DEFAULT 0,
  request_count integer DEFAULT 0,
  "group" varchar(64) DEFAULT 'default',
  aff_code varchar(32),
  setting text,
  remark varchar(255),
  deleted_at datetime
);
CREATE INDEX idx_users_deleted_at ON users (deleted_at);

CREATE TABLE options (key text PRIMARY KEY, value text);

-- Higher priority is tried first; within one priority, weights share the requests. Status 2: off by hand, 3: by the
-- gateway. Channel 8 alone serves runway, pika and kling.
INSERT INTO channels (id, type, status, name, "group", models, priority, weight, tag, key)
SELECT *, 'sk-not-a-real-key' FROM (VALUES
  (1,  1,  1, 'OpenAI main',     'default,vip',      'gpt-4o,gpt-4o-mini,gpt-4.1,o3',     10, 70, 'openai'),
  (2,  1,  1, 'OpenAI second',   'default,vip',      'gpt-4o,gpt-4o-mini',                10, 30, 'openai'),
  (3,  3,  1, 'Azure east',      'default,vip,svip', 'gpt-4o,gpt-4.1',                     0, 60, 'azure'),
  (4,  3,  1, 'Azure west',      'default,vip,svip', 'gpt-4o,gpt-4o-mini',                 0, 40, 'azure'),
  (5, 14,  1, 'Anthropic',       'default,vip,svip', 'claude-sonnet-4,claude-3-5-haiku',   5, 10, NULL),
  (6, 33,  1, 'Bedrock',         'vip,svip',         'claude-sonnet-4',                    0, 10, NULL),
  (7, 24,  1, 'Gemini',          'default,vip',      'gemini-2.5-pro,gemini-2.5-flash',    0, 10, NULL),
  (8, 55,  1, 'Bltcy',           'default',          'runway,pika,kling',                  0,  0, NULL),
  (9, 43,  1, 'DeepSeek',        'default,vip,svip', 'deepseek-chat,deepseek-reasoner',    0, 20, NULL),
  (10, 17, 3, 'Qwen',            'default,vip',      'qwen-max,deepseek-chat',             0, 20, NULL),
  (11, 26, 1, 'Zhipu',           'default',          'glm-4.5',                            0, 10, NULL),
  (12, 25, 1, 'Moonshot',        'default,vip',      'kimi-k2',                            0, 10, NULL),
  (13, 20, 2, 'OpenRouter old',  'default,vip,svip', 'gpt-4o,claude-sonnet-4',            10, 50, NULL),
  (14, 20, 1, 'OpenRouter',      'svip',             'gpt-4o,claude-sonnet-4,gemini-2.5-pro', 10, 50, NULL));

UPDATE channels SET base_url = 'https://upstream-' || id || '.example.invalid', created_time = 1735689600 + id,
  setting = '{"proxy":"not-a-real-proxy"}', model_mapping = '', balance = 0,
  channel_info = CAST('{"is_multi_key":false,"multi_key_size":0}' AS blob);

-- One row for each group and model that a channel lists, as the gateways write them; enabled as the channel is.
INSERT INTO abilities ("group", model, channel_id, enabled, priority, weight, tag)
  SELECT g.value, m.value, c.id, c.status = 1, c.priority, c.weight, c.tag
  FROM channels c,
       json_each('["' || replace(c."group", ',', '","') || '"]') g,
       json_each('["' || replace(c.models, ',', '","') || '"]') m
  ORDER BY c.id, g.key, m.key;

INSERT INTO users (id, username, "group", role, status, deleted_at, password)
SELECT *, 'not-a-real-hash' FROM (VALUES
  (1, 'root',     'default', 100, 1, NULL),
  (2, 'studio',   'default',   1, 1, NULL),
  (3, 'research', 'default',   1, 1, NULL),
  (4, 'shop',     'default',   1, 1, NULL),
  (5, 'partner',  'vip',       1, 1, NULL),
  (6, 'board',    'svip',      1, 1, NULL),
  (7, 'trial',    'default',   1, 2, NULL),
  (8, 'gone',     'default',   1, 1, '2025-01-31 12:00:00'));

-- The twelve: enabled, owned by users of the group default, without a group of their own.
INSERT INTO tokens (id, user_id, name, "group") VALUES
  (3,  2, 'video-studio',   ''),
  (7,  2, 'video-nightly',  ''),
  (11, 2, 'storyboard',     ''),
  (18, 3, 'paper-figures',  ''),
  (24, 3, 'eval-runner',    ''),
  (29, 4, 'product-clips',  ''),
  (35, 2, 'trailer',        NULL),
  (38, 2, 'trailer-test',   NULL),
  (44, 3, 'notebook',       NULL),
  (49, 4, 'banner-bot',     NULL),
  (58, 4, 'newsletter',     NULL),
  (63, 1, 'smoke-test',     NULL);

-- Tokens that do not count, whatever their group: deleted, disabled (2), expired (3), exhausted (4).
INSERT INTO tokens (id, user_id, name, "group", status, expired_time, deleted_at) VALUES
  (12, 2, 'old-video',    '',        1, -1,         '2025-02-01 08:00:00'),
  (20, 3, 'old-notebook', NULL,      1, -1,         '2025-02-02 08:00:00'),
  (41, 8, 'gone-app',     'default', 1, -1,         '2025-01-31 12:00:00'),
  (33, 4, 'paused',       '',        2, -1,         NULL),
  (57, 7, 'trial',        NULL,      2, -1,         NULL),
  (66, 2, 'campaign',     'default', 3, 1738368000, NULL),
  (70, 3, 'spent',        '',        4, -1,         NULL);

-- The other 51, each in its owner's group.
WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 70)
INSERT INTO tokens (id, user_id, name, "group")
  SELECT i, u.id, u.username || '-' || i, u."group"
  FROM numbers JOIN users u ON u.id = CASE WHEN i % 9 = 0 THEN 6 WHEN i % 5 = 0 THEN 5 ELSE i % 4 + 1 END
  WHERE i NOT IN (SELECT id FROM tokens) ORDER BY i;

UPDATE tokens SET key = 'sk-not-a-real-key-' || id, created_time = 1735689600 + id, unlimited_quota = 1;

INSERT INTO options (key, value) VALUES
  ('GroupRatio', '{"default":1,"vip":1,"svip":1}'),
  ('UserUsableGroups', '{"default":"Default group","vip":"VIP group"}'),
  ('AutoGroups', '["default"]'),
  ('RetryTimes', '3');

COMMIT;
