-- What a real Neovim shows of a project: run by tests/neovim.rs with the server's path and the project's folder.
local server, root = vim.env.HOOKPROOF, vim.env.PROJECT

local function wait(what, is_done)
  if not vim.wait(60000, is_done, 20) then
    io.stderr:write("waited in vain for " .. what .. "\n")
    vim.cmd("cquit 1")
  end
end

local function findings(buffer)
  return vim.tbl_map(function(found)
    return string.format("%d:%d %s", found.lnum, found.col, found.code)
  end, vim.diagnostic.get(buffer))
end

local function session()
  vim.cmd("edit " .. root .. "/models/orders.sql")
  local buffer = vim.api.nvim_get_current_buf()
  local client = vim.lsp.start_client({ name = "hookproof", cmd = { server, "lsp" }, root_dir = root })
  vim.lsp.buf_attach_client(buffer, client)
  wait("findings", function()
    return #vim.diagnostic.get(buffer) > 0
  end)
  print("findings: " .. table.concat(findings(buffer), ", "))

  local shown = vim.lsp.buf_request_sync(buffer, "textDocument/hover", {
    textDocument = vim.lsp.util.make_text_document_params(buffer),
    position = { line = 0, character = 25 },
  }, 60000)
  print("hover: " .. shown[client].result.contents.value)

  -- The fix, as a person chooses it.
  local range = { start = { line = 0, character = 25 }, ["end"] = { line = 0, character = 25 } }
  local actions = vim.lsp.buf_request_sync(buffer, "textDocument/codeAction", {
    textDocument = vim.lsp.util.make_text_document_params(buffer),
    range = range,
    context = { diagnostics = {}, only = { "quickfix" } },
  }, 60000)
  local fix = actions[client].result[1]
  vim.lsp.util.apply_workspace_edit(fix.edit, "utf-16")
  print("fix: " .. fix.title)
  print("text: " .. vim.api.nvim_buf_get_lines(buffer, 0, 1, false)[1])
  wait("the finding to go", function()
    return #vim.diagnostic.get(buffer) == 0
  end)

  -- What is typed and not saved.
  vim.api.nvim_buf_set_lines(buffer, 0, 1, false, { "{# ä𝄞 #}{{ config(post_hook=\"drop tabel x\") }}" })
  wait("findings in the new text", function()
    return #vim.diagnostic.get(buffer) > 0
  end)
  print("typed: " .. table.concat(findings(buffer), ", "))
end

local went_well, reason = pcall(session)
if not went_well then
  io.stderr:write(reason .. "\n")
  vim.cmd("cquit 1")
end
vim.cmd("qall!")
