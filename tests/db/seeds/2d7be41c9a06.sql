-- Rows as the first version wrote them: one of everything, and every status.
pragma foreign_keys = off;
insert into account (id, name, name_key, role, password_hash, created_at, last_turn)
values ('0412b132fbe14c79b255de83e47dde92', 'Aldwin', 'aldwin', 'owner', 'x', '2026-01-01 20:00:00.000000', 3);
insert into account (id, name, name_key, role, password_hash, created_at, last_turn)
values ('2bf42709284c4a0bba1da463bed118fa', 'Berta', 'berta', 'dm', 'x', '2026-01-01 20:00:00.000000', 3);
insert into accesstoken (id, account_id, kind, label, secret_fingerprint, created_at, expires_at, revoked_at)
values ('944262ca4fdd43dba69db7b6c033c4df', '0412b132fbe14c79b255de83e47dde92', 'browser', 'browser', 'browser', '2026-01-01 20:00:00.000000', '2026-01-31 20:00:00.000000', NULL);
insert into accesstoken (id, account_id, kind, label, secret_fingerprint, created_at, expires_at, revoked_at)
values ('a89b200c6301460f8f4146eb3806e386', '0412b132fbe14c79b255de83e47dde92', 'api', 'api', 'api', '2026-01-01 20:00:00.000000', NULL, '2026-01-01 20:00:00.000000');
insert into world (id, owner_id, name, motto, created_at)
values ('e1938c57501c4527b3a54099a0b15ecf', '0412b132fbe14c79b255de83e47dde92', 'The Lantern Coast', 'The lamps are going out, one by one.', '2026-01-01 20:00:00.000000');
insert into world (id, owner_id, name, motto, created_at)
values ('57ce32b978b24b03831e9c3488019d3b', '2bf42709284c4a0bba1da463bed118fa', 'The Lantern Coast', '', '2026-01-01 20:00:00.000000');
insert into character (id, world_id, name, description, visible_to_players, created_at, mood, immediate_goal)
values ('f93f6fbec46d44ea9e7de6310245f0d0', 'e1938c57501c4527b3a54099a0b15ecf', 'Elven Archer', 'It’s “her”; 影の女王', 1, '2026-01-01 20:00:00.000000', 'Amused, wary', 'Get the ledger');
insert into character (id, world_id, name, description, visible_to_players, created_at, mood, immediate_goal)
values ('ca9c9d1415d94e1889b6463fa0fc6ca7', '57ce32b978b24b03831e9c3488019d3b', 'Elven Archer', '', 0, '2026-01-01 20:00:00.000000', '', '');
insert into location (id, world_id, name, description, visible_to_players, created_at)
values ('3889aa9787bf4950a98f81d88601b3a1', 'e1938c57501c4527b3a54099a0b15ecf', 'The Drowned Stair', 'line one
line two', 0, '2026-01-01 20:00:00.000000');
insert into location (id, world_id, name, description, visible_to_players, created_at)
values ('5e7d8b82478d40d8ae0020dd2913eec5', '57ce32b978b24b03831e9c3488019d3b', 'The Drowned Stair', '', 0, '2026-01-01 20:00:00.000000');
insert into gamesession (changes, id, world_id, name, join_code, created_at)
values (6, '7d3349833a5b4ae1ba308760a0156421', 'e1938c57501c4527b3a54099a0b15ecf', 'Table', 'CODEAldwin', '2026-01-01 20:00:00.000000');
insert into gamesession (changes, id, world_id, name, join_code, created_at)
values (6, '4e9b83c0575649cba9a7f26da0d9d900', '57ce32b978b24b03831e9c3488019d3b', 'Table', 'CODEBerta', '2026-01-01 20:00:00.000000');
insert into workflow (id, name, graph, graph_hash, bindings, default_negative_prompt, is_built_in, created_at)
values ('0cb24b3d408d42769f72dcb67711d51c', 'Woodcut', '{"6": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["4", 1]}}}', '0000000000000000000000000000000000000000000000000000000000000000', '{"positive": [{"node_id": "6", "input_name": "text"}], "negative": [], "seed": [], "width": [], "height": [], "count": [], "model": []}', 'blurry', 0, '2026-01-01 20:00:00.000000');
insert into workflowdefault (asset_type, workflow_id)
values ('portrait', '0cb24b3d408d42769f72dcb67711d51c');
insert into batch (change, id, game_session_id, world_id, requested_by, entity_type, entity_id, entity_name, asset_type, workflow_id, workflow_name, prompt, negative_prompt, count, seed, width, height, status, rank, attempt, failure, requested_at, started_at, completed_at, cleared_at)
values (1, '2f098d1a594e4f0c96b4ede2c4f5f871', '7d3349833a5b4ae1ba308760a0156421', 'e1938c57501c4527b3a54099a0b15ecf', '0412b132fbe14c79b255de83e47dde92', 'character', 'f93f6fbec46d44ea9e7de6310245f0d0', 'Elven Archer', 'portrait', '0cb24b3d408d42769f72dcb67711d51c', 'Woodcut', 'an archer', '', 2, 9007199254740991, 512, 768, 'queued', 1.0, 1, NULL, '2026-01-01 20:00:00.000000', NULL, NULL, NULL);
insert into batch (change, id, game_session_id, world_id, requested_by, entity_type, entity_id, entity_name, asset_type, workflow_id, workflow_name, prompt, negative_prompt, count, seed, width, height, status, rank, attempt, failure, requested_at, started_at, completed_at, cleared_at)
values (2, '43b685499f5b468db8edaa8ee5e9f675', '7d3349833a5b4ae1ba308760a0156421', 'e1938c57501c4527b3a54099a0b15ecf', '0412b132fbe14c79b255de83e47dde92', 'character', 'f93f6fbec46d44ea9e7de6310245f0d0', 'Elven Archer', 'portrait', '0cb24b3d408d42769f72dcb67711d51c', 'Woodcut', 'an archer', '', 2, 9007199254740991, 512, 768, 'generating', 2.0, 1, NULL, '2026-01-01 20:00:00.000000', '2026-01-01 20:00:00.000000', NULL, NULL);
insert into batch (change, id, game_session_id, world_id, requested_by, entity_type, entity_id, entity_name, asset_type, workflow_id, workflow_name, prompt, negative_prompt, count, seed, width, height, status, rank, attempt, failure, requested_at, started_at, completed_at, cleared_at)
values (3, 'b3ff763e483c435e90fde0e96b963033', '7d3349833a5b4ae1ba308760a0156421', 'e1938c57501c4527b3a54099a0b15ecf', '0412b132fbe14c79b255de83e47dde92', 'character', 'f93f6fbec46d44ea9e7de6310245f0d0', 'Elven Archer', 'portrait', '0cb24b3d408d42769f72dcb67711d51c', 'Woodcut', 'an archer', '', 2, 9007199254740991, 512, 768, 'ready', 3.0, 1, NULL, '2026-01-01 20:00:00.000000', '2026-01-01 20:00:00.000000', '2026-01-01 20:00:00.000000', NULL);
insert into batch (change, id, game_session_id, world_id, requested_by, entity_type, entity_id, entity_name, asset_type, workflow_id, workflow_name, prompt, negative_prompt, count, seed, width, height, status, rank, attempt, failure, requested_at, started_at, completed_at, cleared_at)
values (4, '0bdbbd2929aa4d168a26f74117589043', '7d3349833a5b4ae1ba308760a0156421', 'e1938c57501c4527b3a54099a0b15ecf', '0412b132fbe14c79b255de83e47dde92', 'character', 'f93f6fbec46d44ea9e7de6310245f0d0', 'Elven Archer', 'portrait', '0cb24b3d408d42769f72dcb67711d51c', 'Woodcut', 'an archer', '', 2, 9007199254740991, 512, 768, 'failed', 4.0, 1, '{"title": "ComfyUI ran out of memory", "message": "Ask for a smaller size.", "details": {"Node": "KSampler (id 3)"}}', '2026-01-01 20:00:00.000000', '2026-01-01 20:00:00.000000', '2026-01-01 20:00:00.000000', NULL);
insert into batch (change, id, game_session_id, world_id, requested_by, entity_type, entity_id, entity_name, asset_type, workflow_id, workflow_name, prompt, negative_prompt, count, seed, width, height, status, rank, attempt, failure, requested_at, started_at, completed_at, cleared_at)
values (5, '42e41657f5524c2eb7ba439de023f8f5', '7d3349833a5b4ae1ba308760a0156421', 'e1938c57501c4527b3a54099a0b15ecf', '0412b132fbe14c79b255de83e47dde92', 'character', 'f93f6fbec46d44ea9e7de6310245f0d0', 'Elven Archer', 'portrait', '0cb24b3d408d42769f72dcb67711d51c', 'Woodcut', 'an archer', '', 2, 9007199254740991, 512, 768, 'cancelled', 5.0, 1, NULL, '2026-01-01 20:00:00.000000', '2026-01-01 20:00:00.000000', '2026-01-01 20:00:00.000000', '2026-01-01 20:00:00.000000');
insert into batch (change, id, game_session_id, world_id, requested_by, entity_type, entity_id, entity_name, asset_type, workflow_id, workflow_name, prompt, negative_prompt, count, seed, width, height, status, rank, attempt, failure, requested_at, started_at, completed_at, cleared_at)
values (6, '39362f3ceb2a47428a0c1e715225a1dc', '4e9b83c0575649cba9a7f26da0d9d900', '57ce32b978b24b03831e9c3488019d3b', '2bf42709284c4a0bba1da463bed118fa', 'character', 'ca9c9d1415d94e1889b6463fa0fc6ca7', 'Elven Archer', 'portrait', NULL, 'text-to-picture', 'an archer', '', 2, 9007199254740991, 512, 768, 'queued', 9.0, 1, NULL, '2026-01-01 20:00:00.000000', NULL, NULL, NULL);
insert into submission (prompt_id, batch_id, attempt, ordinal, first_picture, count, seed, created_at, lost_at)
values ('e9e73413b31c4796ab0c2c2a0eb00d1e', '43b685499f5b468db8edaa8ee5e9f675', 1, 0, 0, 1, 1, '2026-01-01 20:00:00.000000', NULL);
insert into submission (prompt_id, batch_id, attempt, ordinal, first_picture, count, seed, created_at, lost_at)
values ('b873238f58cc4f53a7cc9a384a8a7059', 'b3ff763e483c435e90fde0e96b963033', 1, 0, 0, 1, 1, '2026-01-01 20:00:00.000000', NULL);
insert into submission (prompt_id, batch_id, attempt, ordinal, first_picture, count, seed, created_at, lost_at)
values ('282adc06431f45898db8aa67c6a9de79', '0bdbbd2929aa4d168a26f74117589043', 1, 0, 0, 1, 1, '2026-01-01 20:00:00.000000', '2026-01-01 20:00:00.000000');
insert into submission (prompt_id, batch_id, attempt, ordinal, first_picture, count, seed, created_at, lost_at)
values ('4a28937c98284ef9bda4be198ad21394', '42e41657f5524c2eb7ba439de023f8f5', 1, 0, 0, 1, 1, '2026-01-01 20:00:00.000000', NULL);
insert into asset (id, world_id, entity_type, entity_id, asset_type, number, label, batch_id, batch_index, content_hash, media_type, width, height, byte_size, prompt, negative_prompt, seed, model, workflow_id, workflow_name, is_simulated, is_starred, is_active, created_at)
values ('6e1bfbc3a6be437ba9f332fbcea62cfb', 'e1938c57501c4527b3a54099a0b15ecf', 'character', 'f93f6fbec46d44ea9e7de6310245f0d0', 'portrait', 1, 'Elven_Archer_Portrait_001', 'b3ff763e483c435e90fde0e96b963033', 0, '0000000000000000000000000000000000000000000000000000000000000001', 'image/png', 8, 8, 100, 'an archer', '', 1, 'tiny', '0cb24b3d408d42769f72dcb67711d51c', 'text-to-picture', 0, 0, 1, '2026-01-01 20:00:00.000000');
insert into asset (id, world_id, entity_type, entity_id, asset_type, number, label, batch_id, batch_index, content_hash, media_type, width, height, byte_size, prompt, negative_prompt, seed, model, workflow_id, workflow_name, is_simulated, is_starred, is_active, created_at)
values ('6e301ba919bd457fab83db40b1a0cd58', 'e1938c57501c4527b3a54099a0b15ecf', 'character', 'f93f6fbec46d44ea9e7de6310245f0d0', 'portrait', 2, 'Elven_Archer_Portrait_002', 'b3ff763e483c435e90fde0e96b963033', 1, '0000000000000000000000000000000000000000000000000000000000000002', 'image/png', 8, 8, 100, 'an archer', '', 1, 'tiny', NULL, 'text-to-picture', 0, 1, 0, '2026-01-01 20:00:00.000000');
insert into asset (id, world_id, entity_type, entity_id, asset_type, number, label, batch_id, batch_index, content_hash, media_type, width, height, byte_size, prompt, negative_prompt, seed, model, workflow_id, workflow_name, is_simulated, is_starred, is_active, created_at)
values ('d83f785ced444c16b57295dfe4dbfa80', 'e1938c57501c4527b3a54099a0b15ecf', 'character', '3889aa9787bf4950a98f81d88601b3a1', 'backdrop', 1, 'The_Drowned_Stair_Backdrop_001', NULL, 0, '0000000000000000000000000000000000000000000000000000000000000001', 'image/png', 8, 8, 100, 'an archer', '', 1, 'tiny', NULL, 'text-to-picture', 1, 0, 0, '2026-01-01 20:00:00.000000');
insert into servermemory (id, client_id, found_comfyui_url, comfyui_url, environment_url, comfyui_headers,
    environment_headers, verify_tls, uses_simulator, config, is_queue_paused)
values (1, '42324c26a54d4718967221a289fdbc66', 'http://127.0.0.1:8188', 'https://studio.example.org/comfy', '',
    '{"Authorization": "Bearer seed"}', '["X-Seed"]', 0, 1, '{"max_retries": 2, "base_delay_seconds": 1, "queue_timeout_seconds": 20,
    "history_timeout_seconds": 9, "image_timeout_seconds": 50, "stall_timeout_seconds": 600}', 1);
insert into player (id, game_session_id, name, secret_fingerprint, joined_at)
values ('6f0e1a52b7c94f3f9f2d1f3f1c2b3a4d', '7d3349833a5b4ae1ba308760a0156421', 'Bram', 'seat', '2026-01-01 20:00:00.000000');
insert into workflowform (workflow_id, width, height, shown)
values ('0cb24b3d408d42769f72dcb67711d51c', 896, 1152, '[{"node_id": "3", "input_name": "steps"}]');
update batch set style = '{"sources": [{"asset_id": "6e1bfbc3-a6be-437b-a9f3-32fbcea62cfb", "label": "Elven_Archer_Portrait_001",
    "content_hash": "0000000000000000000000000000000000000000000000000000000000000000", "media_type": "image/png",
    "keywords": "an archer, gouache"}], "strength": 0.65, "use": "picture", "taker": "IPAdapter"}'
where id = '43b685499f5b468db8edaa8ee5e9f675';
insert into lineage (asset_id, ordinal, source_id, label, "use", taker, strength)
values ('6e301ba919bd457fab83db40b1a0cd58', 0, '6e1bfbc3a6be437ba9f332fbcea62cfb', 'Elven_Archer_Portrait_001', 'picture', 'IPAdapter', 0.65);
insert into lineage (asset_id, ordinal, source_id, label, "use", taker, strength)
values ('6e301ba919bd457fab83db40b1a0cd58', 1, NULL, 'Brother_Aldwin_Portrait_001', 'picture', 'IPAdapter', 0.65);
update character set style_reference_id = '6e1bfbc3a6be437ba9f332fbcea62cfb' where id = 'f93f6fbec46d44ea9e7de6310245f0d0';
insert into stagepiece (id, game_session_id, asset_id, part, place, is_for_all, put_at)
values ('0d5a7c1e4b6f48c2a9e3f1d2c3b4a596', '7d3349833a5b4ae1ba308760a0156421', 'd83f785ced444c16b57295dfe4dbfa80', 'backdrop', 1, 1, '2026-01-01 20:00:00.000000');
insert into stagepiece (id, game_session_id, asset_id, part, place, is_for_all, put_at)
values ('1e6b8d2f5c7049d3baf4a2e3d4c5b6a7', '7d3349833a5b4ae1ba308760a0156421', '6e1bfbc3a6be437ba9f332fbcea62cfb', 'handout', 1, 0, '2026-01-01 20:00:00.000000');
insert into stagesight (piece_id, player_id)
values ('1e6b8d2f5c7049d3baf4a2e3d4c5b6a7', '6f0e1a52b7c94f3f9f2d1f3f1c2b3a4d');
insert into prompttemplate (asset_type, template)
values ('portrait', 'Portrait of {name}, {description}, {mood}');
update asset set inputs = '[{"node_id": "3", "input_name": "steps", "value": 12}]'
where id = '6e1bfbc3a6be437ba9f332fbcea62cfb';
update asset set rating = 4, tags = '["lamp light", "\u5f71"]' where number = 1;
insert into doomedfile (content_hash)
values ('00000000000000000000000000000000000000000000000000000000000000d1');
insert into removal (id, world_id, aside, removed_at)
values ('5c2d9e7a41b84f6d8a3e0f1b2c4d5e6f', 'e1938c57501c4527b3a54099a0b15ecf', '{"rows": [{"table": "lineage", "values": {"ordinal": 0}}], "links": [{"table": "character", "key": {"id": "f93f6fbe-c46d-44ea-9e7d-e6310245f0d0"}, "column": "style_reference_id", "value": "00000000-0000-4000-8000-000000000001"}]}', '2026-01-01 20:00:00.000000');
insert into removedfile (removal_id, content_hash)
values ('5c2d9e7a41b84f6d8a3e0f1b2c4d5e6f', '0000000000000000000000000000000000000000000000000000000000000002');
