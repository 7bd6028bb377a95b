-- create
create table "label" ("code" varchar(20) not null, primary key ("code"));
create table "maker" ("id" blob not null, "name" varchar(80) not null, "best_id" integer null, primary key ("id"), constraint "maker_best_id_foreign" foreign key ("best_id") references "products" ("id") on delete set null on update cascade);
create unique index "maker_name_unique" on "maker" ("name");
create index "maker_best_id_index" on "maker" ("best_id");
create table "products" ("id" integer primary key autoincrement, "name" varchar(120) not null, "description" text not null default 'it''s new', "nick" text null, "is_sold" integer not null default 1, "tiny" integer not null default -5, "middle" integer not null, "large" integer not null, "weight" real not null default 0.5, "score" real null, "price" text not null default '1.50', "image" blob not null, "since" text not null default '2024-02-29', "created" integer not null default (cast((julianday('now') - 2440587.5) * 86400000.0 as integer) * 1000), "seen" integer not null default 1500000, "token" blob not null default x'11111111222243338444555555555555', "extra" text not null default '{}', "colour" text not null default 'green', "size" integer null default 5, "cost" bigint not null default (1 + 1), "version" integer not null default 1, "maker_id" blob not null, "successor_id" integer null, "label" varchar(20) null, constraint "products_maker_id_foreign" foreign key ("maker_id") references "maker" ("id") on delete cascade on update cascade, constraint "products_successor_id_foreign" foreign key ("successor_id") references "products" ("id") on delete set null on update no action, constraint "products_label_foreign" foreign key ("label") references "label" ("code") on delete restrict on update cascade, constraint "products_tiny_check" check (tiny < 100), constraint "products_colour_check" check ("colour" in ('red', 'green')), constraint "products_check" check (price <> ''), constraint "product_sizes" check (tiny <= middle or tiny < 0));
create index "product_by_name" on "products" ("name");
create index "products_maker_id_index" on "products" ("maker_id");
create unique index "products_successor_id_unique" on "products" ("successor_id");
create index "products_label_index" on "products" ("label");
create unique index "products_name_maker_id_unique" on "products" ("name", "maker_id");
create unique index "one_token" on "products" ("token");
create index "products_created_since_index" on "products" ("created", "since");
create table "labelling" ("p" integer not null, "l" varchar(20) not null, primary key ("p", "l"), constraint "labelling_p_foreign" foreign key ("p") references "products" ("id") on delete cascade on update cascade, constraint "labelling_l_foreign" foreign key ("l") references "label" ("code") on delete cascade on update cascade) without rowid;
create index "labelling_l_index" on "labelling" ("l");
create table "products_similar" ("id" integer primary key autoincrement, "products_1_id" integer not null, "products_2_id" integer not null, constraint "products_similar_products_1_id_foreign" foreign key ("products_1_id") references "products" ("id") on delete cascade on update cascade, constraint "products_similar_products_2_id_foreign" foreign key ("products_2_id") references "products" ("id") on delete cascade on update cascade);
create unique index "products_similar_products_1_id_products_2_id_unique" on "products_similar" ("products_1_id", "products_2_id");
create index "products_similar_products_2_id_index" on "products_similar" ("products_2_id");
-- drop
drop table if exists "products_similar";
drop table if exists "labelling";
drop table if exists "products";
drop table if exists "maker";
drop table if exists "label";
