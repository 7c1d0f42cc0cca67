-- What an earlier version cannot express must not come alive there. It knows no criteria, mode or loop: such a regua would
-- take everybody, or end, so it is archived and what it held is closed, as a night would do. It knows no titulo that walks
-- by itself. Its fence knows no removed action and no closed enrolment, so what those still had to send is discarded here.
-- What was removed goes; executions keep its ids. Nothing of this comes back with `up`.
UPDATE regua.regua r SET estado = 'arquivada', mudou = true
 WHERE estado <> 'arquivada' AND (criterios <> '{}' OR modo <> 'por_devedor' OR EXISTS (
       SELECT FROM regua.posicao p WHERE p.empresa_id = r.empresa_id AND p.regua_id = r.id
          AND p.gatilho = 'reposicionamento' AND p.removida_em IS NULL));
UPDATE regua.inscricao i SET estado = 'encerrada', motivo = 'regua_arquivada', ancora = NULL, proxima_id = NULL,
       congelada_em = NULL, final_em = NULL,
       encerrada_em = coalesce((SELECT max(n.data) FROM regua.noite n WHERE n.empresa_id = i.empresa_id), entrada)
 WHERE estado <> 'encerrada' AND (alvo_id IS NOT NULL OR EXISTS (
       SELECT FROM regua.regua r WHERE r.empresa_id = i.empresa_id AND r.id = i.regua_id AND r.estado = 'arquivada'));
UPDATE disparo.execucao e SET estado = 'descartada', enfileirada_em = NULL, atualizada_em = clock_timestamp(),
       motivo = coalesce(i.motivo, 'posicao_removida')
  FROM disparo.execucao x
  LEFT JOIN regua.inscricao i ON i.empresa_id = x.empresa_id AND i.id = x.inscricao_id AND i.estado = 'encerrada'
 WHERE e.empresa_id = x.empresa_id AND e.id = x.id AND x.estado IN ('pendente', 'enfileirada')
   AND (i.id IS NOT NULL OR NOT EXISTS (
       SELECT FROM regua.acao a JOIN regua.posicao p ON p.empresa_id = a.empresa_id AND p.id = a.posicao_id
        WHERE a.empresa_id = x.empresa_id AND a.id = x.acao_id AND a.removida_em IS NULL AND p.removida_em IS NULL));
DELETE FROM regua.acao a USING regua.posicao p
 WHERE p.empresa_id = a.empresa_id AND p.id = a.posicao_id
   AND (a.removida_em IS NOT NULL OR p.removida_em IS NOT NULL OR p.gatilho = 'reposicionamento');
DELETE FROM regua.posicao WHERE removida_em IS NOT NULL OR gatilho = 'reposicionamento';

DROP FUNCTION disparo.descartar_de_acoes, disparo.descartar_de_inscricoes, regua.simulacoes_por_fazer;
DROP VIEW disparo.v_execucao, regua.v_acao, regua.v_inscricao, cadastro.v_contato;
DROP TABLE regua.simulacao, regua.descoberto;
ALTER TABLE regua.agenda DROP decidida_em;
UPDATE regua.noite SET estado = 'concluida' WHERE estado = 'substituida';
ALTER TABLE regua.noite
  DROP previstos, DROP lotes,
  DROP CONSTRAINT noite_estado_check,
  ADD CONSTRAINT noite_estado_check CHECK (estado IN ('andando', 'concluida'));
-- An earlier version knows no frozen walk: it goes on where it was.
UPDATE regua.inscricao SET estado = 'andando', congelada_em = NULL WHERE estado = 'congelada';
DROP INDEX regua.inscricao_viva;
ALTER TABLE regua.inscricao RESET (fillfactor);
ALTER TABLE regua.inscricao
  DROP CONSTRAINT inscricao_congelada,
  DROP CONSTRAINT inscricao_caminho,
  DROP CONSTRAINT inscricao_estado_check,
  DROP congelada_em,
  DROP alvo_id,
  ADD CONSTRAINT inscricao_estado_check CHECK (estado IN ('andando', 'final', 'encerrada')),
  ADD CONSTRAINT inscricao_check CHECK ((estado = 'andando') = (ancora IS NOT NULL AND proxima_id IS NOT NULL));
CREATE UNIQUE INDEX inscricao_viva ON regua.inscricao (empresa_id, devedor_id, regua_id) WHERE estado <> 'encerrada';
ALTER TABLE regua.acao DROP destinatarios, DROP removida_em;
DROP INDEX regua.posicao_dia_unico, regua.posicao_regua;
ALTER TABLE regua.posicao
  DROP para_id, DROP removida_em,
  DROP CONSTRAINT posicao_gatilho_check,
  ADD CONSTRAINT posicao_gatilho_check CHECK (gatilho IN ('lembrete', 'cobranca')),
  ADD CONSTRAINT posicao_dia_unico UNIQUE (empresa_id, regua_id, gatilho, dias);
DROP INDEX regua.regua_criterios_unicos;
ALTER TABLE regua.regua DROP versao, DROP chave, DROP criterios, DROP modo;
