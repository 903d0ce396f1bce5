#!/usr/bin/luajit
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Copyright the earshot authors
--
-- workspace.lua - a workspace made, broken, gone back to, cloned and shipped.
--
--	luajit workspace.lua BASE [PROGRAM]
--
-- LuaJIT's ffi reads what the header declares; nothing is compiled.
local ffi = require("ffi")

ffi.cdef [[
struct earshot_ws_error { int code; int usage; char text[640]; };
typedef struct earshot_ws earshot_ws;
typedef struct earshot_ws_rows earshot_ws_rows;
typedef struct earshot_ws_command earshot_ws_command;
typedef struct earshot_ws_error earshot_ws_error;

int earshot_ws_open(const char *, earshot_ws **, earshot_ws_error *);
void earshot_ws_close(earshot_ws *);
int earshot_ws_create(earshot_ws *, const char *, const char *const *,
	earshot_ws_error *);
int earshot_ws_snap(earshot_ws *, const char *, const char *, unsigned *,
	earshot_ws_error *);
int earshot_ws_clone(earshot_ws *, const char *, const char *,
	earshot_ws_error *);
int earshot_ws_restore(earshot_ws *, const char *, unsigned *, unsigned *,
	earshot_ws_error *);
int earshot_ws_destroy(earshot_ws *, const char *, earshot_ws_error *);
int earshot_ws_export(earshot_ws *, const char *, int, const char *const *,
	earshot_ws_error *);
int earshot_ws_import(earshot_ws *, int, const char *, const char *const *,
	earshot_ws_error *);
int earshot_ws_list(earshot_ws *, earshot_ws_rows **, earshot_ws_error *);
int earshot_ws_diff(earshot_ws *, const char *, earshot_ws_rows **,
	earshot_ws_error *);
size_t earshot_ws_rows_count(const earshot_ws_rows *);
const char *earshot_ws_rows_text(const earshot_ws_rows *, size_t, const char *);
int64_t earshot_ws_rows_number(const earshot_ws_rows *, size_t, const char *,
	int64_t);
void earshot_ws_rows_free(earshot_ws_rows *);
int earshot_ws_run(earshot_ws *, const char *, const char *const *,
	const char *const *, const int *, earshot_ws_command **,
	earshot_ws_error *);
int earshot_ws_command_wait(earshot_ws_command *, int *, earshot_ws_error *);
void earshot_ws_command_free(earshot_ws_command *);

int fileno(void *);
]]
local lib = ffi.load("libearshot-workspace.so.0")
local err = ffi.new("earshot_ws_error")

local function must(rc)
	if rc < 0 then
		error(ffi.string(err.text), 2)
	end
end

-- A NULL-terminated list of C strings. Lua's strings stay where they are for as
-- long as they are referred to: the table is kept beside.
local function words(...)
	local list = { ... }
	local array = ffi.new("const char *[?]", #list + 1, list)
	array[#list] = nil
	return array, list
end

local function run(ws, name, script)
	local argv, kept = words("sh", "-c", script)
	local command = ffi.new("earshot_ws_command *[1]")
	local code = ffi.new("int[1]")
	io.stdout:flush()
	must(lib.earshot_ws_run(ws, name, nil, argv, nil, command, err))
	must(lib.earshot_ws_command_wait(command[0], code, err))
	lib.earshot_ws_command_free(command[0])
	if code[0] ~= 0 then
		print("exit " .. code[0])
	end
	return kept
end

-- for row in rows(...) do row.text("name"), row.number("snapshots")
local function rows(call, ...)
	local out = ffi.new("earshot_ws_rows *[1]")
	local args = { ... }
	args[#args + 1] = out
	args[#args + 1] = err
	must(lib["earshot_ws_" .. call](unpack(args)))
	local table = out[0]
	local i = -1
	return function()
		i = i + 1
		if i >= tonumber(lib.earshot_ws_rows_count(table)) then
			lib.earshot_ws_rows_free(table)
			return nil
		end
		return {
			text = function(key)
				return ffi.string(lib.earshot_ws_rows_text(table, i, key))
			end,
			number = function(key)
				return tonumber(lib.earshot_ws_rows_number(table, i, key, 0))
			end,
		}
	end
end

local base, program = arg[1] or "host", arg[2]
local handle = ffi.new("earshot_ws *[1]")
must(lib.earshot_ws_open(program, handle, err))
local ws = handle[0]
local number, saved = ffi.new("unsigned[1]"), ffi.new("unsigned[1]")
local options, kept = words("--base", base)

must(lib.earshot_ws_create(ws, "demo", options, err))
run(ws, "demo", "echo one >/etc/state")
must(lib.earshot_ws_snap(ws, "demo", "it works", number, err))
print("demo@" .. number[0])

run(ws, "demo", "echo two >/etc/state; echo more >/etc/more; exit 3")
for row in rows("diff", ws, "demo@1") do
	print(row.text("change") .. " " .. row.text("path"))
end
must(lib.earshot_ws_restore(ws, "demo@1", number, saved, err))
print("back in demo@" .. number[0] .. ", before that demo@" .. saved[0])
run(ws, "demo", "cat /etc/state")

must(lib.earshot_ws_clone(ws, "demo@2", "demo-clone", err))
run(ws, "demo-clone", "cat /etc/state")
local file = io.tmpfile()
must(lib.earshot_ws_export(ws, "demo", ffi.C.fileno(file), nil, err))
file:seek("set")
must(lib.earshot_ws_import(ws, ffi.C.fileno(file), "demo-copy", nil, err))
file:close()
run(ws, "demo-copy", "cat /etc/state")
if lib.earshot_ws_create(ws, "demo", options, err) < 0 then
	print("error " .. err.code .. ": " .. ffi.string(err.text))
end
for row in rows("list", ws) do
	print(row.text("name") .. ": " .. row.number("snapshots") .. " snapshots")
end

for _, name in ipairs({ "demo", "demo-clone", "demo-copy" }) do
	must(lib.earshot_ws_destroy(ws, name, err))
end
lib.earshot_ws_close(ws)
assert(kept)
